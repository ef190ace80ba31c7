// SPDX-License-Identifier: MIT OR Apache-2.0

package import X0X

/// Subscriptions with a receiver of their own; their messages do not appear in `AgentService.events()`.
package protocol TopicTaps: Sendable {
    /// Subscribes to a topic; `receiver` is called for each message, on the way of all messages, so it must not wait.
    ///
    /// Ended like every subscription, with `unsubscribe`.
    func subscribe(
        topic: String,
        receiver: @escaping @Sendable (ReceivedMessage) -> Void
    ) async throws(SubscribeError) -> SubscriptionID
}
