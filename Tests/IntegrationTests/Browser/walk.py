# SPDX-License-Identifier: MIT OR Apache-2.0
"""Walks through the web page of a daemon in a real browser and says what it saw.

usage: walk.py BROWSER URL SCENARIO

SCENARIO is one line of JSON. For each step one line goes to standard output: `ok STEP`, or `failed STEP REASON`. The last
line is `report JSON` with every request the page made and everything it wrote to the console. The browser's own
traffic is none of the page's: it starts with a profile of its own and every service that could speak on its own
switched off, and the caller puts it into a network without any way out.
"""

import json
import sys

from playwright.sync_api import expect, sync_playwright

DEADLINE = 15_000  # milliseconds for one step, far more than it takes


class Walk:
    """The page and what is expected of it."""

    def __init__(self, page, scenario):
        self.page = page
        self.scenario = scenario
        page.set_default_timeout(DEADLINE)

    def text(self, selector, expected):
        """The element's text is, or becomes, this one."""
        expect(self.page.locator(selector)).to_have_text(expected, timeout=DEADLINE)

    def contains(self, selector, expected):
        expect(self.page.locator(selector).first).to_contain_text(expected, timeout=DEADLINE)

    def contact(self, agent):
        return self.page.locator(f'[data-testid="people.row.{agent}"]')

    def identity(self):
        me = self.scenario["me"]
        self.text("#agent-id", me["agent_id"])
        self.text("#machine-id", me["machine_id"])
        self.text("#user-id", "none")
        self.text("#version", me["version"])
        expect(self.page.locator("#connection")).to_have_text("1 peer", timeout=DEADLINE)
        expect(self.page.locator("#local-address")).to_have_text(me["address"], timeout=DEADLINE)

    def words(self):
        me, peer = self.scenario["me"], self.scenario["peer"]
        self.text("#agent-words", me["words"])
        # The peer was discovered: it is found by its words, and by nobody else's.
        self.page.fill("#agent-filter", peer["words"])
        self.contains("#agents", peer["agent_id"])
        self.contains("#agents", peer["words"])
        self.contains("#agents", "its own word")
        self.page.fill("#agent-filter", me["words"])
        self.text("#agents", "No agent fits.")
        self.page.fill("#agent-filter", "")
        self.contains("#agents", peer["agent_id"])

    def introduction(self):
        peer = self.scenario["peer"]["agent_id"]
        self.page.click("#introduction-form button")
        self.contains("#introduction", self.scenario["me"]["words"])
        assert "Machine" not in self.page.inner_text("#introduction"), "a stranger sees the machine"
        self.page.fill("#introduction-peer", peer)
        self.page.click("#introduction-form button")
        self.contains("#introduction", "presence")

    def card(self):
        self.page.fill("#card-name", "Anna Löwe")
        self.page.click("#card-form button")
        expect(self.page.locator("#card-link")).to_contain_text("x0x://agent/", timeout=DEADLINE)
        self.page.click("#announce-form button")
        self.text("#notice", "Announced.")

    def card_import(self):
        page, peer = self.page, self.scenario["peer"]
        page.fill("#import-card", "x0x://agent/!!!")
        page.click("#import-form button")
        expect(page.locator("#notice")).to_contain_text("invalid", timeout=DEADLINE)
        page.fill("#import-card", self.scenario["unsigned_card"])
        page.click("#import-form button")
        self.contains("#import-result", "not verified")
        page.fill("#import-card", peer["card"])
        page.click("#import-form button")
        expect(page.locator("#import-result")).to_have_text(
            "Imported peer (verified: signed by the agent itself). Level: Known.", timeout=DEADLINE
        )
        expect(self.contact(peer["agent_id"]).locator("summary")).to_contain_text("known", timeout=DEADLINE)
        self.text("#contact-count", "2")
        self.contains("#people", peer["words"])

    def trust_change(self):
        agent = self.scenario["peer"]["agent_id"]
        row = self.contact(agent)
        row.locator("summary").click()
        self.page.locator(f'[data-testid="people.trust.{agent}"]').select_option("trusted")
        expect(row.locator("summary")).to_contain_text("trusted", timeout=DEADLINE)

    def machines(self):
        row = self.contact(self.scenario["peer"]["agent_id"])
        row.get_by_placeholder("machine id, 64 hex digits").fill("e1" * 32)
        row.get_by_role("button", name="Add machine").click()
        machine = row.locator("li").filter(has_text="e1" * 32)
        machine.get_by_role("button", name="Pin", exact=True).click()
        expect(machine).to_contain_text("pinned", timeout=DEADLINE)
        expect(machine.get_by_role("button", name="Unpin")).to_be_visible(timeout=DEADLINE)
        self.evaluate(self.scenario["peer"]["machine_id"], "RejectMachineMismatch")
        machine.get_by_role("button", name="Unpin").click()
        expect(machine).to_contain_text("not pinned", timeout=DEADLINE)
        self.evaluate(self.scenario["peer"]["machine_id"], "Accept")
        machine.get_by_role("button", name="Remove").click()
        expect(row.locator("li").filter(has_text="e1" * 32)).to_have_count(0, timeout=DEADLINE)

    def evaluate(self, machine, decision):
        row = self.contact(self.scenario["peer"]["agent_id"])
        row.get_by_placeholder("machine to judge, 64 hex digits").fill(machine)
        row.get_by_role("button", name="Judge").click()
        self.text("#notice", f"On this machine: {decision}.")

    def direct_message(self):
        # While she was pinned elsewhere, discovery forgot her. Her card brings her back, and lowers nothing.
        self.page.fill("#import-card", self.scenario["peer"]["card"])
        self.page.click("#import-form button")
        self.contains("#import-result", "Its level stays Trusted.")
        row = self.contact(self.scenario["peer"]["agent_id"])
        row.get_by_role("button", name="Write").click()
        self.page.fill("#dm-in", "grüße <b>x</b>")
        self.page.click("#dm-form button")
        self.contains("#dm-msgs", "grüße <b>x</b>")
        assert self.page.locator("#dm-msgs b").count() == 0, "text became markup"

    def block(self):
        agent = self.scenario["peer"]["agent_id"]
        row = self.contact(agent)
        self.page.locator(f'[data-testid="people.trust.{agent}"]').select_option("blocked")
        expect(row.locator("summary")).to_contain_text("blocked", timeout=DEADLINE)
        # Gone from what was discovered, at once.
        expect(self.page.locator("#agents")).not_to_contain_text(agent, timeout=DEADLINE)
        self.page.fill("#dm-to", agent)
        self.page.fill("#dm-in", "too late")
        self.page.click("#dm-form button")
        self.text("#notice", "agent is blocked")
        # Neither does its card undo it.
        self.page.fill("#import-card", self.scenario["peer"]["card"])
        self.page.click("#import-form button")
        self.contains("#import-result", "Its level stays Blocked.")

    def remove(self):
        agent = self.scenario["peer"]["agent_id"]
        self.contact(agent).get_by_role("button", name="Remove contact").click()
        expect(self.contact(agent)).to_have_count(0, timeout=DEADLINE)
        self.text("#contact-count", "1")

    def revoke(self):
        agent = self.scenario["stranger"]
        row = self.contact(agent)
        row.locator("summary").click()
        row.get_by_placeholder("why").fill("lost laptop")
        row.get_by_role("button", name="Revoke for ever").click()
        expect(row.locator("summary")).to_contain_text("revoked", timeout=DEADLINE)
        self.contains(f'[data-testid="people.revocation.{agent}"]', "lost laptop")

    def look_up(self):
        page, peer = self.page, self.scenario["peer"]
        page.fill("#lookup-id", peer["agent_id"])
        page.click('#lookup-form [data-action="find"]')
        self.contains("#lookup", "Words: " + peer["words"])
        self.contains("#lookup", "Machine: " + peer["machine_id"])
        self.contains("#lookup", "Whose word: its own word")
        page.select_option("#lookup-kind", "machine")
        page.fill("#lookup-id", peer["machine_id"])
        page.click('#lookup-form [data-action="find"]')
        self.contains("#lookup", "Agents: " + peer["agent_id"])
        page.click("#lookup-connect")
        self.text("#notice", "Direct")
        page.select_option("#lookup-kind", "user")
        page.fill("#lookup-id", "ab" * 32)
        page.click('#lookup-form [data-action="find"]')
        self.text("#lookup", "Nobody knows it, or it is blocked.")

    def add_by_id(self):
        agent = "5c" * 32
        self.page.fill("#lookup-id", agent)
        self.page.fill("#lookup-name", "by id")
        self.page.click('#lookup-form [data-action="add"]')
        self.contains("#people", "by id")
        row = self.contact(agent)
        row.locator("summary").click()
        row.get_by_placeholder("another name").fill("renamed <i>")
        row.get_by_role("button", name="Rename").click()
        expect(row.locator("summary")).to_contain_text("renamed <i>", timeout=DEADLINE)

    STEPS = [
        identity, words, introduction, card, look_up, card_import, trust_change, machines, direct_message, block, remove,
        revoke, add_by_id,
    ]


# What the walk asks for on purpose and the daemon refuses; the browser itself writes that to the console.
REFUSED = {"/agent/card/import": "400", "/direct/send": "403"}


def note(message, url, console):
    base = url.rsplit("/", 1)[0]
    path = message.location["url"].removeprefix(base)
    if message.text.startswith("Failed to load resource") and f"status of {REFUSED.get(path)} " in message.text:
        return
    console.append(f"{message.type}: {message.text} ({path})")


def main(browser_path, url, scenario):
    requests, console = [], []
    failed = False
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browser_path,
            args=["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--no-first-run"],
        )
        page = browser.new_page()
        page.on("request", lambda request: requests.append(request.url))
        page.on("requestfailed", lambda request: requests.append(request.url))
        page.on("websocket", lambda socket: requests.append(socket.url))
        page.on("console", lambda message: note(message, url, console))
        page.on("pageerror", lambda error: console.append(f"uncaught: {error}"))
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto(url)
        walk = Walk(page, scenario)
        for step in Walk.STEPS:
            try:
                step(walk)
                print("ok", step.__name__, flush=True)
            except Exception as error:  # whatever went wrong is the finding
                failed = True
                reason = " ".join(str(error).split())[:600]
                print("failed", step.__name__, reason, flush=True)
                print("notice:", page.inner_text("#notice"), file=sys.stderr)
                break
        print("report", json.dumps({"requests": requests, "console": console}), flush=True)
        browser.close()
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) != 4:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    sys.exit(main(sys.argv[1], sys.argv[2], json.loads(sys.argv[3])))
