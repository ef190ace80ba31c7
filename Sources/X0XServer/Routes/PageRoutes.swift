// SPDX-License-Identifier: MIT OR Apache-2.0

internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import X0XAPI

/// `/constitution…` and `/gui` (spec 11 §7.1, §7.13).
extension APIRoutes {
    var pages: [MountedRoute] {
        let page = PageTemplate.gui
        return [
            Endpoints.constitution.served { _ in
                Response(
                    status: .ok,
                    headers: [.contentType: "text/markdown; charset=utf-8"],
                    body: ResponseBody(byteBuffer: ByteBuffer(string: Constitution.text))
                )
            },
            Endpoints.constitutionDocument.answered { _ in
                .ok(
                    ConstitutionResponse(
                        version: Constitution.version,
                        status: Constitution.status,
                        content: Constitution.text
                    )
                )
            },
            Endpoints.gui.served { call in try self.serve(page, call) },
        ]
    }

    /// Whoever runs script in the page has the whole machine, so the page goes to the owner's browser only (spec 15).
    private func serve(_ page: PageTemplate, _ call: RawCall) throws(APIFailure) -> Response {
        if let site = Self.secFetchSite.flatMap({ call.request.headers[$0] }), site != "same-origin", site != "none" {
            throw APIFailure(.forbidden, "the page must be opened directly")
        }
        let isTokenIncluded = self.configuration.pageToken == .inject && call.context.isPeerLoopback
        let nonce = PageTemplate.makeNonce()
        let html = page.html(
            token: isTokenIncluded ? self.configuration.bearer.text : "",
            nonce: nonce,
            version: self.configuration.version
        )
        var headers: HTTPFields = [
            .contentType: "text/html; charset=utf-8",
            .cacheControl: "no-store",
            .contentSecurityPolicy: PageTemplate.policy(nonce: nonce),
            .crossOriginResourcePolicy: "same-origin",
        ]
        if let name = Self.referrerPolicy { headers[name] = "no-referrer" }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: html))
    }

    // Names the HTTP library does not predefine.
    private static let secFetchSite = HTTPField.Name("Sec-Fetch-Site")
    private static let referrerPolicy = HTTPField.Name("Referrer-Policy")
}
