// SPDX-License-Identifier: MIT OR Apache-2.0

/// The endpoints as the specification lists them: method, path, command, category.
enum SpecifiedRoutes {
    /// Spec 11 §5.
    static let core: [String] = """
        GET /health · health · status
        GET /status · status · status
        POST /shutdown · stop · status
        GET /constitution · constitution · status
        GET /constitution/json · constitution --json · status
        GET /agent · agent · identity
        POST /announce · announce · identity
        GET /agent/user-id · agent user-id · identity
        GET /agent/card · agent card · identity
        GET /introduction · agent introduction · identity
        POST /agent/card/import · agent import · identity
        GET /peers · peers · network
        GET /network/status · network status · network
        GET /network/bootstrap-cache · network cache · network
        GET /diagnostics/connectivity · diagnostics connectivity · network
        GET /diagnostics/gossip · diagnostics gossip · network
        GET /diagnostics/dm · diagnostics dm · network
        GET /diagnostics/groups · diagnostics groups · network
        POST /peers/:peer_id/probe · peer probe · network
        GET /peers/:peer_id/health · peer health · network
        GET /peers/events · peer events · network
        GET /presence · presence · presence
        GET /presence/online · presence online · presence
        GET /presence/foaf · presence foaf · presence
        GET /presence/find/:id · presence find · presence
        GET /presence/status/:id · presence status · presence
        GET /presence/events · presence events · presence
        POST /exec/run · exec · exec
        POST /exec/cancel · exec cancel · exec
        GET /diagnostics/exec · diagnostics exec · exec
        GET /exec/sessions · exec sessions · exec
        POST /publish · publish · messaging
        POST /subscribe · subscribe · messaging
        DELETE /subscribe/:id · unsubscribe · messaging
        GET /events · events · messaging
        GET /users/:user_id/agents · agents by-user · discovery
        GET /agents/discovered · agents list · discovery
        GET /agents/discovered/:agent_id · agents get · discovery
        POST /agents/find/:agent_id · agents find · discovery
        GET /agents/:agent_id/machine · agents machine · discovery
        GET /agents/reachability/:agent_id · agents reachability · discovery
        GET /users/:user_id/machines · machines by-user · machines
        GET /contacts/:agent_id/machines · machines list · machines
        POST /contacts/:agent_id/machines · machines add · machines
        DELETE /contacts/:agent_id/machines/:machine_id · machines remove · machines
        POST /contacts/:agent_id/machines/:machine_id/pin · machines pin · machines
        DELETE /contacts/:agent_id/machines/:machine_id/pin · machines unpin · machines
        GET /machines/discovered · machines discovered · machines
        GET /machines/discovered/:machine_id · machines get · machines
        GET /contacts · contacts list · contacts
        POST /contacts · contacts add · contacts
        POST /contacts/trust · trust set · contacts
        PATCH /contacts/:agent_id · contacts update · contacts
        DELETE /contacts/:agent_id · contacts remove · contacts
        POST /contacts/:agent_id/revoke · contacts revoke · contacts
        GET /contacts/:agent_id/revocations · contacts revocations · contacts
        POST /trust/evaluate · trust evaluate · trust
        POST /agents/connect · direct connect · direct
        POST /machines/connect · machines connect · direct
        POST /direct/send · direct send · direct
        GET /direct/connections · direct connections · direct
        GET /direct/events · direct events · direct
        GET /upgrade · upgrade · upgrade
        POST /upgrade/apply · upgrade --apply · upgrade
        GET /ws · ws · websocket
        GET /ws/direct · ws direct · websocket
        GET /ws/sessions · ws sessions · websocket
        GET /gui · gui · websocket
        """.split(separator: "\n").map(String.init)

    /// Spec 12 §8.
    static let collaboration: [String] = """
        POST /mls/groups · groups create · groups
        GET /mls/groups · groups list · groups
        GET /mls/groups/:id · groups get · groups
        POST /mls/groups/:id/members · groups add-member · groups
        DELETE /mls/groups/:id/members/:agent_id · groups remove-member · groups
        POST /mls/groups/:id/encrypt · groups encrypt · groups
        POST /mls/groups/:id/decrypt · groups decrypt · groups
        POST /mls/groups/:id/welcome · groups welcome · groups
        POST /groups · group create · named-groups
        GET /groups · group list · named-groups
        GET /groups/:id · group info · named-groups
        PATCH /groups/:id · group update · named-groups
        DELETE /groups/:id · group leave · named-groups
        GET /groups/:id/members · group members · named-groups
        POST /groups/:id/members · group add-member · named-groups
        DELETE /groups/:id/members/:agent_id · group remove-member · named-groups
        PATCH /groups/:id/members/:agent_id/role · group set-role · named-groups
        POST /groups/:id/send · group send · named-groups
        GET /groups/:id/messages · group messages · named-groups
        POST /groups/:id/invite · group invite · named-groups
        POST /groups/join · group join · named-groups
        PUT /groups/:id/display-name · group set-name · named-groups
        GET /groups/:id/state · group state · named-groups
        POST /groups/:id/state/seal · group state-seal · named-groups
        POST /groups/:id/state/withdraw · group state-withdraw · named-groups
        PATCH /groups/:id/policy · group policy · named-groups
        POST /groups/:id/ban/:agent_id · group ban · named-groups
        DELETE /groups/:id/ban/:agent_id · group unban · named-groups
        GET /groups/:id/requests · group requests · named-groups
        POST /groups/:id/requests · group request-access · named-groups
        POST /groups/:id/requests/:request_id/approve · group approve-request · named-groups
        POST /groups/:id/requests/:request_id/reject · group reject-request · named-groups
        DELETE /groups/:id/requests/:request_id · group cancel-request · named-groups
        GET /groups/discover · group discover · named-groups
        GET /groups/discover/nearby · group discover-nearby · named-groups
        GET /groups/discover/subscriptions · group discover-subscriptions · named-groups
        POST /groups/discover/subscribe · group discover-subscribe · named-groups
        DELETE /groups/discover/subscribe/:kind/:shard · group discover-unsubscribe · named-groups
        GET /groups/cards/:id · group card · named-groups
        POST /groups/cards/import · group card-import · named-groups
        POST /groups/:id/secure/encrypt · group secure-encrypt · named-groups
        POST /groups/:id/secure/decrypt · group secure-decrypt · named-groups
        POST /groups/:id/secure/reseal · group secure-reseal · named-groups
        POST /groups/secure/open-envelope · group secure-open-envelope · named-groups
        GET /task-lists · tasks list · tasks
        POST /task-lists · tasks create · tasks
        GET /task-lists/:id/tasks · tasks show · tasks
        POST /task-lists/:id/tasks · tasks add · tasks
        PATCH /task-lists/:id/tasks/:tid · tasks claim / tasks complete · tasks
        GET /stores · store list · stores
        POST /stores · store create · stores
        POST /stores/:id/join · store join · stores
        GET /stores/:id/keys · store keys · stores
        PUT /stores/:id/:key · store put · stores
        GET /stores/:id/:key · store get · stores
        DELETE /stores/:id/:key · store rm · stores
        POST /files/send · send-file · files
        GET /files/transfers · transfers · files
        GET /files/transfers/:id · transfer-status · files
        POST /files/accept/:id · accept-file · files
        POST /files/reject/:id · reject-file · files
        """.split(separator: "\n").map(String.init)
}
