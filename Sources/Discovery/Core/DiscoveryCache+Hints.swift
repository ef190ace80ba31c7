// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Identity
package import Primitives

extension DiscoveryCache {
    /// The hint lists of the node's own announcements (spec 01 §5.2): connected machines that can coordinate or relay.
    ///
    /// Empty when strangers can dial this node anyway; at most ``AnnouncementLimits/hintCountMax`` each, sorted.
    package func connectionHints(
        connected: [MachineID],
        canReceiveDirect: Bool?
    ) -> (reachableVia: [MachineID], relayCandidates: [MachineID]) {
        guard canReceiveDirect != true else { return ([], []) }
        let others = connected.filter { $0 != self.localMachine }.sorted().compactMap { self.machine($0) }
        func chosen(_ isCapable: (Reachability) -> Bool?) -> [MachineID] {
            others.filter { isCapable($0.reachability) == true }.prefix(AnnouncementLimits.hintCountMax).map(
                \.machineID
            )
        }
        return (chosen(\.isCoordinator), chosen(\.isRelay))
    }
}
