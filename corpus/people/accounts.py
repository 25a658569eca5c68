"""Accounts: passwords (Argon2), sessions, bearer tokens, and a lock-out against guessing."""

from __future__ import annotations

import functools
import hashlib
import secrets
import threading
from datetime import UTC, datetime, timedelta
from typing import cast

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import ForeignKey, String, Text, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from corpus.database import Base, Database, UtcDateTime
from corpus.domain import Account, Role
from corpus.errors import Conflict, NotFound, Refused

_ATTEMPTS, _WINDOW = 5, timedelta(minutes=15)
_WRONG = "The name or the password is wrong."
_LOCKED = "Too many attempts; wait 15 minutes and try again."
_PREFIX = "mh_"
_hasher = PasswordHasher()


class AccountRow(Base):
    __tablename__ = "accounts"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    display_name: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(String(16))
    password: Mapped[str] = mapped_column(Text)
    disabled: Mapped[bool] = mapped_column(default=False)


class KeyRow(Base):
    """A session (with an end) or a bearer token (without); only the key's hash is kept."""

    __tablename__ = "keys"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    label: Mapped[str | None] = mapped_column(Text)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AttemptRow(Base):
    """One failed sign-in."""

    __tablename__ = "failed_attempts"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class PinRow(Base):
    """The short number by which someone takes over a shared tablet."""

    __tablename__ = "pins"
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    pin: Mapped[str] = mapped_column(Text)


class AccountStore:
    """Who may sign in, and what their keys open."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._guessing = threading.Lock()

    def all(self) -> list[Account]:
        with self._database.read() as session:
            return [_account(row) for row in session.scalars(select(AccountRow).order_by(AccountRow.name))]

    def add(self, name: str, role: Role, password: str, *, display_name: str | None) -> Account:
        name = name.strip()
        if not name:
            raise Refused("An account needs a name.")
        _check(password)
        with self._database.write() as session:
            if session.scalars(select(AccountRow).where(AccountRow.name == name)).first():
                raise Conflict(f"There is an account {name!r} already.")
            row = AccountRow(
                name=name, role=role, display_name=display_name or name, password=_hasher.hash(password), disabled=False
            )
            session.add(row)
            session.flush()
            return _account(row)

    def disable(self, name: str, *, disabled: bool) -> None:
        with self._database.write() as session:
            row = _row(session, name)
            row.disabled = disabled
            if disabled:
                session.execute(delete(KeyRow).where(KeyRow.account_id == row.id))

    def set_password(self, name: str, password: str) -> None:
        _check(password)
        with self._database.write() as session:
            row = _row(session, name)
            row.password = _hasher.hash(password)
            session.execute(delete(KeyRow).where(KeyRow.account_id == row.id, KeyRow.kind == "session"))

    def set_role(self, name: str, role: Role) -> None:
        with self._database.write() as session:
            _row(session, name).role = role

    def sign_in(self, name: str, password: str, *, hours: float) -> str:
        # One at a time: guesses sent side by side must not all pass the count before the first failure is on record.
        with self._guessing:
            return self._sign_in(name, password, hours)

    def _sign_in(self, name: str, password: str, hours: float, *, by_pin: bool = False) -> str:
        now = datetime.now(UTC)
        with self._database.read() as session:
            failed = session.scalar(
                select(func.count()).where(AttemptRow.name == name[:120], AttemptRow.at > now - _WINDOW)
            )
            row = session.scalars(select(AccountRow).where(AccountRow.name == name)).first()
            pin = session.get(PinRow, row.id) if row and by_pin else None
        if (failed or 0) >= _ATTEMPTS:
            raise Refused(_LOCKED)
        secret = (pin.pin if pin else None) if by_pin else (row.password if row else None)
        right = _verify(secret or _dummy(), password)
        with self._database.write() as session:
            if row is None or not right or row.disabled:
                session.execute(delete(AttemptRow).where(AttemptRow.at < now - _WINDOW))
                session.add(AttemptRow(name=name[:120], at=now))
            else:
                session.execute(delete(AttemptRow).where(AttemptRow.name == name))
                session.execute(delete(KeyRow).where(KeyRow.until < now))
                return _new_key(session, row.id, "session", None, now + timedelta(hours=hours))
        raise Refused(_WRONG)

    def set_pin(self, name: str, password: str, pin: str) -> None:
        if not (pin.isascii() and pin.isdecimal() and 4 <= len(pin) <= 8):
            raise Refused("A PIN is 4 to 8 digits.")
        self.sign_out(self.sign_in(name, password, hours=0.01))
        with self._database.write() as session:
            account = _row(session, name).id
            session.merge(PinRow(account_id=account, pin=_hasher.hash(pin)))

    def pin_holders(self) -> list[Account]:
        with self._database.read() as session:
            query = select(AccountRow).join(PinRow, PinRow.account_id == AccountRow.id)
            rows = session.scalars(query.where(AccountRow.disabled.is_(False)).order_by(AccountRow.display_name))
            return [_account(row) for row in rows]

    def sign_in_by_pin(self, tablet: str, name: str, pin: str, *, hours: float) -> str:
        if self.by_tablet(tablet) is None:
            raise Refused("PINs work on a shared tablet that a lead has set up; sign in with your password.")
        with self._guessing:
            return self._sign_in(name, pin, hours, by_pin=True)

    def add_tablet(self, name: str, label: str) -> str:
        with self._database.write() as session:
            return _new_key(session, _row(session, name).id, "tablet", label, None)

    def by_tablet(self, key: str) -> Account | None:
        return self._by_key(key, "tablet")

    def sign_out(self, key: str) -> None:
        with self._database.write() as session:
            session.execute(delete(KeyRow).where(KeyRow.digest == _digest(key), KeyRow.kind == "session"))

    def by_session(self, key: str) -> Account | None:
        return self._by_key(key, "session")

    def by_token(self, token: str) -> Account | None:
        return self._by_key(token, "token")

    def add_token(self, name: str, label: str) -> str:
        with self._database.write() as session:
            return _new_key(session, _row(session, name).id, "token", label, None)

    def _by_key(self, key: str, kind: str) -> Account | None:
        with self._database.read() as session:
            found = session.execute(
                select(AccountRow, KeyRow.until)
                .join(KeyRow, KeyRow.account_id == AccountRow.id)
                .where(KeyRow.digest == _digest(key), KeyRow.kind == kind)
            ).first()
        if found is None or found[0].disabled or (found[1] is not None and found[1] < datetime.now(UTC)):
            return None
        return _account(found[0])


def _check(password: str) -> None:
    if len(password) < 8:
        raise Refused(f"A password needs 8 characters or more, this one has {len(password)}.")


@functools.cache
def _dummy() -> str:
    """Return what is verified for unknown names, so that the time of an answer does not tell whether a name exists."""
    return _hasher.hash(secrets.token_hex(16))


def _verify(hashed: str, password: str) -> bool:
    try:
        return _hasher.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


def _new_key(session: Session, account: int, kind: str, label: str | None, until: datetime | None) -> str:
    key = (_PREFIX if kind == "token" else "") + secrets.token_urlsafe(32)
    session.add(KeyRow(digest=_digest(key), account_id=account, kind=kind, label=label, until=until))
    return key


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _row(session: Session, name: str) -> AccountRow:
    row = session.scalars(select(AccountRow).where(AccountRow.name == name)).first()
    if row is None:
        raise NotFound(f"There is no account {name!r}.")
    return row


def _account(row: AccountRow) -> Account:
    return Account(row.name, cast(Role, row.role), row.display_name, row.disabled, row.id)
