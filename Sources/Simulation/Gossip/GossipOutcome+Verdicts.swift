// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Primitives

extension GossipOutcome {
    /// Judges a run: what must never happen first, then what its scenario asks for.
    mutating func judge(by bars: GossipExperiment.Bars) {
        self.verdicts = [
            Verdict(atMost: 0, Double(self.forgedCount), "forged messages accepted"),
            Verdict(atMost: 0, Double(self.repeatedCount), "messages delivered twice"),
            Verdict(atMost: 0, Double(self.boundCount), "buffers above their cap"),
        ]
        if let least = bars.deliveryRatio {
            self.verdicts.append(Verdict(atLeast: least, self.deliveryRatio, "delivery ratio"))
        }
        if let most = bars.redundancy {
            self.verdicts.append(Verdict(atMost: most, self.redundancy, "redundancy (RMR)"))
        }
        if bars.isHopBounded {
            self.verdicts.append(Verdict(atMost: self.hopBound, self.lastDeliveryHopMean, "last delivery hop, mean"))
        }
        if let least = bars.coverage {
            let seconds = bars.coverageLimit.seconds
            self.verdicts.append(
                Verdict(atLeast: least, self.coverageMin, "survivors within \(Int(seconds)) s, worst message")
            )
        }
        if let most = bars.reconciliation {
            let measured = self.reconciliationSeconds
            let isMet = measured >= 0 && measured <= most.seconds
            self.verdicts.append(
                Verdict(name: "seconds to reconcile", measured: measured, limit: most.seconds, isMet: isMet)
            )
        }
    }

    /// 1.5 · log_E(N) + 1 (spec 04 §17.3), E being the mean eager degree but at least 2, that of a tree.
    package var hopBound: Double {
        1.5 * logarithm(Double(self.nodeCount)) / logarithm(max(2, self.eagerDegree)) + 1
    }
}

extension GossipOutcome.Verdict {
    init(atMost limit: Double, _ measured: Double, _ name: String) {
        self.init(name: name, measured: measured, limit: limit, isMet: measured <= limit)
    }

    init(atLeast limit: Double, _ measured: Double, _ name: String) {
        self.init(name: name, measured: measured, limit: limit, isMet: measured >= limit)
    }
}

/// The binary logarithm of a number of at least 1, to about 12 digits; pure code has no math library.
private func logarithm(_ value: Double) -> Double {
    var exponent = Double(value.exponent)
    var mantissa = value.significand
    var place = 0.5
    for _ in 0..<40 {
        mantissa *= mantissa
        if mantissa >= 2 {
            mantissa /= 2
            exponent += place
        }
        place /= 2
    }
    return exponent
}
