// SPDX-License-Identifier: MIT OR Apache-2.0

package import X0X

/// The agent of the daemon is what the API serves.
extension Agent: AgentService {}
