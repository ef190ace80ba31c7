// SPDX-License-Identifier: MIT OR Apache-2.0

package import Node

/// A bounded feed for one client: an asynchronous sequence of `FeedItem`; it ends on shutdown or when it is dropped.
///
/// The queue drops its oldest element when full and says how many are missing. One consumer per feed.
package typealias EventFeed<Element: Sendable> = BroadcastSubscription<Element>
