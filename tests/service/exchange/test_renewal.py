"""A member stays one: the token from joining is exchanged in time, for who holds the member's key, and nobody else."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from service.exchange.world import Http, acts, enrol, finding, id_of, indicator, leaves, tell
from tocsin.errors import BadInput, NotPermitted, SourceUnavailable, TooOften
from tocsin.limits import TOKEN_RENEWABLE_S, TOKEN_RENEWALS_APART_S, TOKEN_RENEWED_S, TOKEN_S
from tocsin.model.tlp import Tlp
from tocsin.service.exchange.access import access_of_token
from tocsin.service.exchange.joining import join, node_signature
from tocsin.service.exchange.known_warnings import visible_objects
from tocsin.service.exchange.members import add_member, revoke_member
from tocsin.service.exchange.node import moment, secret_digest
from tocsin.service.exchange.renewal import Renewal, renew, renewal_text
from tocsin.service.exchange.secrets_box import unsealed
from tocsin.service.exchange.share import offer, queue
from tocsin.service.exchange.source import list_hubs
from tocsin.service.exchange.tokens import create_token, list_tokens, made_up, revoke_token

DAY_S = 86_400
OLD_S = TOKEN_S - TOKEN_RENEWED_S


@pytest.fixture
def one(world, hub):
    return world.joined(hub, "Riverton")


def shown(node):
    """The token that a member shows its hub."""
    return unsealed(node, list_hubs(node)[0].token)


def in_force(hub):
    return [
        token.id
        for token, _ in list_tokens(hub)
        if token.revoked_us is None and token.expires_us > hub.now_us
    ]


def asked(hub, old, text, sign):
    """A renewal of the token ``old`` as a member asks for it."""
    id, digest = text.split("_")[1], secret_digest(text)
    return Renewal(id, digest, sign(renewal_text(hub.own.id, old.split("_")[1], id, digest)))


def signer(node):
    return lambda data: node_signature(node, data)


def renewed(hub, one, text=None, *, old=None):
    """Renew the member's token by hand, and give the new one's text."""
    old = old or shown(one)
    text = text or made_up(one)[1]
    renew(hub, access_of_token(hub, old), asked(hub, old, text, signer(one)))
    return text


class TestAMemberThatSyncs:
    def test_once_in_a_while_stays_a_member_for_years(self, world, hub, one):
        for number in range(30):
            world.wait(25 * DAY_S)
            tell(hub, indicator(number))
            done = world.sync(one)[0]
            assert (done.new, done.problems) == (1, []), number
        assert 30 * 25 * DAY_S > 5 * TOKEN_S
        assert len(in_force(hub)) == 1

    def test_asks_for_nothing_as_long_as_its_token_is_good(self, world, hub, one):
        world.wait(OLD_S - 1)
        before = shown(one)
        done = world.sync(one)[0]
        assert (shown(one), done.token_until) == (before, "")
        assert not [url for _, url, _, _ in world.asked if url.endswith("/api/token")]

    def test_renews_in_the_last_third_and_says_until_when(self, world, hub, one):
        before = shown(one)
        world.wait(OLD_S)
        done = world.sync(one)[0]
        assert done.token_until == moment(world.now_us + TOKEN_S * 1_000_000)
        assert shown(one) != before
        assert in_force(hub) == [shown(one).split("_")[1]]
        with pytest.raises(NotPermitted):
            access_of_token(hub, before)

    def test_sends_what_waits_with_the_new_one(self, world, hub, one):
        tell(hub, indicator(1))
        world.sync(one)
        queue(one, offer(one, [finding(warning=indicator(1)["id"])], "Hub"))
        world.wait(OLD_S)
        done = world.sync(one)[0]
        assert (done.sent, done.problems) == (1, [])

    def test_keeps_the_new_one_sealed_and_the_hub_never_sees_it_in_a_body(self, world, hub, one):
        world.wait(OLD_S)
        world.sync(one)
        text = shown(one)
        bodies = b"".join(body or b"" for _, _, _, body in world.asked)
        assert text.encode() not in bodies
        assert text.split("_", 2)[2].encode() not in bodies
        for node in (hub, one):
            stored = b"".join(path.read_bytes() for path in node.folder.glob("tocsin.db*"))
            assert text.encode() not in stored

    def test_is_told_what_goes_wrong_and_gets_all_the_same(self, world, hub, one, monkeypatch):
        world.wait(OLD_S)
        tell(hub, indicator(1))
        real = Http.request

        def request(self, method, url, *rest, **more):
            answer = real(self, method, url, *rest, **more)
            return replace(answer, body=b"{nonsense") if url.endswith("/api/token") else answer

        with monkeypatch.context() as patched:
            patched.setattr(Http, "request", request)
            done = world.sync(one)[0]
        assert done.new == 1
        assert [type(problem) for problem in done.problems] == [SourceUnavailable]
        assert world.sync(one)[0].problems == []

    def test_one_from_before_ends_were_told_asks_once(self, world, hub, one):
        from sqlalchemy import text

        one.write(lambda connection: connection.execute(text("UPDATE hub SET token_expires_us = NULL")))
        for _ in range(2):
            assert world.sync(one)[0].problems == []
        assert len([url for _, url, _, _ in world.asked if url.endswith("/api/token")]) == 1
        assert list_hubs(one)[0].token_expires_us == world.now_us + TOKEN_S * 1_000_000

    def test_goes_by_what_the_hub_says_and_not_by_another_clock(self, world, hub, one):
        """A node whose clock was wrong by years asks how long its token holds, and lets it be."""
        before = shown(one)
        one.around = replace(one.around, now_us=lambda: world.now_us + 1_000 * DAY_S * 1_000_000)
        done = world.sync(one)[0]
        assert (done.problems, done.token_until, shown(one)) == ([], "", before)
        world.wait(OLD_S)
        assert world.sync(one)[0].token_until

    @pytest.mark.parametrize("holds_s", [-1, 10**20, 1.5, "x", None])
    def test_believes_no_time_that_is_none(self, world, hub, one, monkeypatch, holds_s):
        world.wait(OLD_S)
        real, before = Http.request, shown(one)

        def request(self, method, url, *rest, **more):
            answer = real(self, method, url, *rest, **more)
            if not url.endswith("/api/token"):
                return answer
            return replace(answer, body=json.dumps({**json.loads(answer.body), "holds_s": holds_s}).encode())

        with monkeypatch.context() as patched:
            patched.setattr(Http, "request", request)
            [problem] = world.sync(one)[0].problems
        assert isinstance(problem, SourceUnavailable)
        assert shown(one) == before
        assert world.sync(one)[0].problems == []


class TestWhatBreaksOff:
    @pytest.mark.parametrize("stage", ["before", "after"])
    @pytest.mark.parametrize("step", range(6))
    def test_anywhere_shuts_nobody_out_and_leaves_one_token(self, world, hub, one, stage, step):
        world.wait(OLD_S)
        left = [step]

        def fault(now, method, url):
            if now == stage:
                left[0] -= 1
                if left[0] < 0:
                    raise SourceUnavailable("the connection broke off")

        world.fault = fault
        world.sync(one)
        world.fault = lambda *_: None
        tell(hub, indicator(1))
        done = world.sync(one)[0]
        assert done.problems == []
        assert in_force(hub) == [shown(one).split("_")[1]]
        assert acts(hub).count("token_renew") == 1

    @pytest.mark.parametrize("kept", ["expect_token", "take_token"])
    def test_while_the_member_writes_shuts_nobody_out(self, world, hub, one, monkeypatch, kept):
        world.wait(OLD_S)

        def fails(*_, **__):
            raise SourceUnavailable("no room on the disk")

        with monkeypatch.context() as patched:
            patched.setattr(f"tocsin.store.hubs.{kept}", fails)
            assert world.sync(one)[0].problems
        world.wait(1)
        assert world.sync(one)[0].problems == []
        assert acts(hub).count("token_renew") == 1
        assert len(in_force(hub)) == 1

    def test_at_the_hub_that_knows_the_new_one_otherwise_makes_another(self, world, hub, one):
        """The answer was lost, and the operator revoked the new one before it was ever shown."""
        world.wait(OLD_S)

        def fault(stage, method, url):
            if (stage, method) == ("after", "POST") and url.endswith("/api/token"):
                raise SourceUnavailable("the connection broke off")

        world.fault = fault
        assert world.sync(one)[0].problems
        world.fault = lambda *_: None
        revoke_token(hub, unsealed(one, list_hubs(one)[0].token_next).split("_")[1], by="ann")
        [problem] = world.sync(one)[0].problems
        assert isinstance(problem, SourceUnavailable)
        done = world.sync(one)[0]
        assert (done.problems, bool(done.token_until)) == ([], True)

    def test_for_weeks_leaves_the_new_one_that_was_kept(self, world, hub, one):
        """The new one was taken and never shown: it holds by itself when the old one has ended."""
        world.wait(OLD_S)
        text = renewed(hub, one)
        world.wait(TOKEN_RENEWED_S)
        with pytest.raises(NotPermitted):
            access_of_token(hub, shown(one))
        assert access_of_token(hub, text).organisation.name == "Riverton"


class TestTheHub:
    def test_keeps_the_old_one_until_the_new_one_is_used(self, world, hub, one):
        world.wait(OLD_S)
        old = shown(one)
        text = renewed(hub, one)
        access_of_token(hub, old)
        access_of_token(hub, text)
        with pytest.raises(NotPermitted):
            access_of_token(hub, old)
        assert access_of_token(hub, text).may_write

    def test_logs_the_renewal_and_the_end_of_the_old_one(self, world, hub, one):
        world.wait(OLD_S)
        old = shown(one).split("_")[1]
        world.sync(one)
        new = shown(one).split("_")[1]
        (act, by, subject), (ended, _, old_subject) = leaves(hub)[-2:]
        assert (act, by, subject["token"], subject["renews"]) == ("token_renew", "Riverton", new, old)
        assert (ended, old_subject) == ("token_revoke", {"token": old, "renewed_by": new})

    def test_gives_neither_more_nor_less_than_the_old_one_could(self, world, hub, one):
        world.wait(OLD_S)
        before = {token.id: token for token, _ in list_tokens(hub)}[shown(one).split("_")[1]]
        world.sync(one)
        after = {token.id: token for token, _ in list_tokens(hub)}[shown(one).split("_")[1]]
        assert [getattr(after, key) for key in ("organisation", "scopes", "collections", "ceiling")] == [
            getattr(before, key) for key in ("organisation", "scopes", "collections", "ceiling")
        ]

    def test_answers_the_same_request_as_before(self, world, hub, one):
        world.wait(OLD_S)
        text = renewed(hub, one)
        before = acts(hub)
        renewed(hub, one, text)
        assert acts(hub) == before

    def test_voids_a_successor_that_was_not_used_for_another_after_a_while(self, world, hub, one):
        world.wait(OLD_S)
        first = renewed(hub, one)
        with pytest.raises(TooOften):
            renewed(hub, one)
        access_of_token(hub, shown(one))
        world.wait(TOKEN_RENEWALS_APART_S)
        second = renewed(hub, one)
        with pytest.raises(NotPermitted):
            access_of_token(hub, first)
        access_of_token(hub, second)

    def test_takes_no_request_again_whose_token_was_voided(self, world, hub, one):
        world.wait(OLD_S)
        first = renewed(hub, one)
        world.wait(TOKEN_RENEWALS_APART_S)
        second = renewed(hub, one)
        world.wait(TOKEN_RENEWALS_APART_S)
        with pytest.raises(BadInput, match="already"):
            renewed(hub, one, first)
        access_of_token(hub, second)

    def test_renews_none_before_half_of_its_life_is_over(self, world, hub, one):
        world.wait(TOKEN_S - TOKEN_RENEWABLE_S - 1)
        with pytest.raises(BadInput, match="too early"):
            renewed(hub, one)
        world.wait(1)
        renewed(hub, one)

    @pytest.mark.parametrize("id", ["", "x", "0" * 11, "0" * 13, "A" * 12, "0" * 11 + "\n"])
    def test_takes_no_id_that_is_none(self, world, hub, one, id):
        world.wait(OLD_S)
        access = access_of_token(hub, shown(one))
        with pytest.raises(BadInput, match="12 hexadecimal digits"):
            renew(hub, access, Renewal(id, bytes(32), bytes(64)))

    def test_takes_no_id_of_another_token(self, world, hub, one):
        world.wait(OLD_S)
        taken = create_token(hub, name="Hub", scopes=["read"], ceiling=Tlp.GREEN, lasts_s=60, by="ann")[0]
        with pytest.raises(BadInput, match="already"):
            renewed(hub, one, f"tocsin_{taken.id}_x")
        access_of_token(hub, taken.text)


class TestWhoMayNot:
    def test_a_stolen_token_alone_is_not_renewed(self, world, hub, one):
        thief = world.node("Thief")
        world.wait(OLD_S)
        old, text = shown(one), made_up(thief)[1]
        access = access_of_token(hub, old)
        with pytest.raises(NotPermitted, match="signature"):
            renew(hub, access, asked(hub, old, text, signer(thief)))
        with pytest.raises(NotPermitted, match="signature"):
            renew(hub, access, replace(asked(hub, old, text, signer(one)), text_sha256=bytes(32)))
        assert acts(hub).count("token_renew") == 0

    def test_another_members_key_renews_nothing(self, world, hub, one):
        _, key = enrol(hub, "Other")
        world.wait(OLD_S)
        old = shown(one)
        with pytest.raises(NotPermitted, match="signature"):
            renew(hub, access_of_token(hub, old), asked(hub, old, made_up(one)[1], key.sign))

    def test_a_signature_for_one_token_or_hub_is_none_for_another(self, world, hub, one):
        other = world.node("Other")
        world.wait(OLD_S)
        old, text = shown(one), made_up(one)[1]
        access = access_of_token(hub, old)
        for wrong in (asked(other, old, text, signer(one)), asked(hub, "x_y_z", text, signer(one))):
            with pytest.raises(NotPermitted, match="signature"):
                renew(hub, access, wrong)

    def test_a_token_that_the_operator_made_ends_when_the_operator_said(self, world, hub, one):
        made, _ = create_token(
            hub, name="Riverton", scopes=["read"], ceiling=Tlp.GREEN, lasts_s=30 * DAY_S, by="ann"
        )
        with pytest.raises(NotPermitted, match="came from joining"):
            renewed(hub, one, old=made.text)

    def test_a_member_that_was_revoked_renews_nothing(self, world, hub, one):
        world.wait(OLD_S)
        access = access_of_token(hub, shown(one))
        revoke_member(hub, "Riverton", by="ann")
        with pytest.raises(NotPermitted):
            renew(hub, access, asked(hub, shown(one), made_up(one)[1], signer(one)))

    def test_a_token_that_ended_or_was_revoked_renews_nothing(self, world, hub, one):
        access = access_of_token(hub, shown(one))
        world.wait(TOKEN_S)
        with pytest.raises(NotPermitted, match="in force no more"):
            renew(hub, access, asked(hub, shown(one), made_up(one)[1], signer(one)))

    def test_a_token_that_was_revoked_after_it_let_in_renews_nothing(self, world, hub, one):
        world.wait(OLD_S)
        access, old = access_of_token(hub, shown(one)), shown(one)
        revoke_token(hub, access.token, by="ann")
        with pytest.raises(NotPermitted, match="in force no more"):
            renew(hub, access, asked(hub, old, made_up(one)[1], signer(one)))

    def test_who_revokes_a_token_ends_the_one_that_was_to_take_its_place(self, world, hub, one):
        world.wait(OLD_S)
        text = renewed(hub, one)
        revoke_token(hub, shown(one).split("_")[1], by="ann")
        with pytest.raises(NotPermitted):
            access_of_token(hub, text)

    def test_who_revokes_a_member_ends_both(self, world, hub, one):
        world.wait(OLD_S)
        text = renewed(hub, one)
        revoke_member(hub, "Riverton", by="ann")
        for held in (text, shown(one)):
            with pytest.raises(NotPermitted):
                access_of_token(hub, held)


class TestATokenThatEnded:
    def again(self, world, hub, one, *sectors):
        invited = add_member(hub, name="Riverton", sector_names=["water", *sectors], by="ann")
        with world.client("") as http:
            return join(one, http, "https://hub.example/", invited.text, by="bea")

    def test_is_told_with_the_day_and_what_to_do(self, world, hub, one):
        world.wait(TOKEN_S)
        [problem] = world.sync(one)[0].problems
        assert isinstance(problem, NotPermitted)
        assert f"ended on {moment(world.now_us)[:10]}" in problem.what
        assert "tocsin join https://hub.example/ INVITATION" in problem.hint

    def test_is_not_blamed_on_time_if_the_hub_revoked_it(self, world, hub, one):
        revoke_member(hub, "Riverton", by="ann")
        [problem] = world.sync(one)[0].problems
        assert "does not let this node in any more" in problem.what
        assert "tocsin join" in problem.hint

    @pytest.mark.parametrize("after", ["its end", "a revocation"])
    def test_is_made_good_by_a_new_invitation_and_nothing_is_lost(self, world, hub, one, after):
        tell(hub, indicator(1))
        world.sync(one)
        if after == "its end":
            world.wait(TOKEN_S)
        revoke_member(hub, "Riverton", by="ann")
        if after == "a revocation":
            world.sync(one)
        tell(hub, indicator(2))
        joined = self.again(world, hub, one)
        assert joined.hub == "Hub"
        done = world.sync(one)[0]
        assert (done.new, done.known, done.problems) == (1, 1, [])
        assert len(list_hubs(one)) == 1
        assert list_hubs(one)[0].shut_out_us is None

    def test_brings_on_the_way_back_also_what_was_published_before_for_a_sector_that_is_new_to_it(
        self, world, hub, one
    ):
        tell(hub, indicator(1), audience=["sector:energy"])
        tell(hub, indicator(2))
        assert world.sync(one)[0].new == 1
        revoke_member(hub, "Riverton", by="ann")
        world.sync(one)
        self.again(world, hub, one, "energy")
        world.sync(one)
        assert id_of("indicator", 1) in {held.id for held in visible_objects(one, "bea")}

    @pytest.mark.parametrize("borrowed", ["the name of the first", "the log of the first"])
    def test_lets_no_hub_in_that_is_half_the_one_that_was_joined(
        self, world, hub, one, monkeypatch, borrowed
    ):
        world.wait(TOKEN_S)
        other = world.node("Other")
        answering = other if borrowed == "the name of the first" else hub
        world.apps.clear()
        world.serve(answering)
        if answering is hub:
            revoke_member(hub, "Riverton", by="ann")
        invited = add_member(answering, name="Riverton", sector_names=["water"], by="ann")
        claimed = (hub if answering is other else other).own.id
        real = Http.request

        def request(self, *rest, **more):
            answer = real(self, *rest, **more)
            said = json.loads(answer.body)
            if "hub" in said:
                said["hub"]["id"] = claimed
            return replace(answer, body=json.dumps(said).encode())

        monkeypatch.setattr(Http, "request", request)
        with pytest.raises(NotPermitted, match="another than Hub"):
            join(one, world.client(""), "https://hub.example/", invited.text, by="bea")

    def test_lets_no_other_hub_into_its_place(self, world, hub, one):
        world.wait(TOKEN_S)
        other = world.node("Other")
        world.apps.clear()
        world.serve(other)
        invited = add_member(other, name="Riverton", sector_names=["water"], by="ann")
        before = shown(one)
        with pytest.raises(NotPermitted, match="another than Hub"):
            join(one, world.client(""), "https://hub.example/", invited.text, by="bea")
        assert shown(one) == before


def post(hub_app, token, body):
    from taxii.client import AsgiClient

    headers = [
        ("Host", "hub.example"),
        ("Authorization", f"Bearer {token}"),
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(body))),
    ]
    return AsgiClient(hub_app).request("POST", "/api/token", "", headers, [body])


@pytest.mark.parametrize(
    "more", [{"scopes": ["read", "write"]}, {"ceiling": "red"}, {"organisation": "x"}, {"lasts_s": 10**9}]
)
def test_nothing_more_is_taken_than_is_asked_for(world, hub, one, more):
    world.wait(OLD_S)
    body = json.dumps({"token": "0" * 12, "text_sha256": "00" * 32, "signature": "00" * 64, **more}).encode()
    assert post(world.apps["hub.example"], shown(one), body).status == 400


def test_a_token_tells_what_it_is_for_to_who_shows_it(world, hub, one):
    from taxii.client import AsgiClient

    headers = [("Host", "hub.example"), ("Authorization", f"Bearer {shown(one)}")]
    answer = AsgiClient(world.apps["hub.example"]).request("GET", "/api/token", "", headers, [])
    told = json.loads(answer.body)
    assert told["token"] == shown(one).split("_")[1]
    assert (told["renewable"], told["scopes"], told["ceiling"]) == (True, ["read", "write"], "amber+strict")
    assert shown(one).split("_", 2)[2] not in answer.body.decode()
