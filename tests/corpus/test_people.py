"""Accounts, audit and conversations on a real SQLite."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from corpus.database import Database
from corpus.domain import Turn
from corpus.errors import Conflict, NotFound, Refused
from corpus.people.accounts import AccountStore
from corpus.people.audit import AuditStore
from corpus.people.conversations import ConversationStore
from corpus.settings import Settings

NOW = datetime.now(UTC)


@pytest.fixture
def database(tmp_path: Path):
    database = Database(Settings(data_dir=tmp_path))
    yield database
    database.close()


@pytest.fixture
def accounts(database):
    store = AccountStore(database)
    store.add("li", "technician", "long enough", display_name="李")
    return store


def test_a_session_opens_and_ends(accounts):
    key = accounts.sign_in("li", "long enough", hours=1)
    assert accounts.by_session(key).role == "technician"
    assert accounts.by_token(key) is None
    accounts.sign_out(key)
    assert accounts.by_session(key) is None
    assert accounts.by_session(accounts.sign_in("li", "long enough", hours=-1)) is None


def test_a_token_is_kept_as_a_hash_and_ends_with_the_account(accounts, database):
    token = accounts.add_token("li", "line 2")
    assert token.startswith("mh_")
    with database.read() as session:
        assert token not in str(session.execute(text("select * from keys")).all())
    assert accounts.by_token(token).name == "li"
    assert accounts.by_session(token) is None
    accounts.disable("li", disabled=True)
    assert accounts.by_token(token) is None
    with pytest.raises(Refused, match="wrong"):
        accounts.sign_in("li", "long enough", hours=1)


def test_a_new_password_ends_the_sessions(accounts):
    key = accounts.sign_in("li", "long enough", hours=1)
    accounts.set_password("li", "another one")
    assert accounts.by_session(key) is None
    accounts.set_role("li", "lead")
    assert accounts.by_session(accounts.sign_in("li", "another one", hours=1)).role == "lead"


def test_refusals(accounts):
    with pytest.raises(Conflict):
        accounts.add("li", "lead", "long enough", display_name=None)
    with pytest.raises(Refused):
        accounts.add("wang", "lead", "short", display_name=None)
    with pytest.raises(NotFound):
        accounts.set_role("nobody", "lead")


@pytest.mark.parametrize("name", ["li", "nobody"])
def test_guessing_locks_the_name_with_the_same_messages(accounts, name):
    messages = []
    for _ in range(6):
        with pytest.raises(Refused) as error:
            accounts.sign_in(name, "guess guess", hours=1)
        messages.append(str(error.value))
    assert len(set(messages[:5])) == 1
    assert "Too many" in messages[5]


def test_a_locked_name_refuses_the_right_password(accounts):
    for _ in range(5):
        with pytest.raises(Refused):
            accounts.sign_in("li", "guess guess", hours=1)
    with pytest.raises(Refused, match="Too many"):
        accounts.sign_in("li", "long enough", hours=1)


def test_parallel_guesses_are_counted_too(accounts):
    def guess(_):
        with pytest.raises(Refused) as error:
            accounts.sign_in("li", "guess guess", hours=1)
        return "wrong" in str(error.value)

    with ThreadPoolExecutor(8) as pool:
        tried = sum(pool.map(guess, range(24)))
    assert tried <= 5, tried


def test_audit(database):
    audit = AuditStore(database)
    audit.record("li", "upload", "a.pdf")
    audit.record("li", "remove", "b.pdf", "old")
    assert [(e.action, e.detail) for e in audit.newest(5)] == [("remove", "old"), ("upload", None)]


def test_a_conversation_is_its_owners(database):
    store = ConversationStore(database)
    for n in range(3):
        store.add_turn(Turn("c1", f"question {n}", "{}", NOW), owner="li")
    assert [t.question for t in store.turns("c1", owner="li", limit=2)] == ["question 1", "question 2"]
    assert store.turns("c1", owner="wang", limit=9) == []
    with pytest.raises(Refused):
        store.add_turn(Turn("c1", "mine", "{}", NOW), owner="wang")
    assert [c.title for c in store.all(owner="li", limit=9)] == ["question 0"]
