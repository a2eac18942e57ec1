"""The incoming half of a live room's socket, at ``/ws/forms/<id>/``: who is there, what they say, why it ends.

A plain ASGI application: the path from a frame to the writer crosses nothing that is not needed. Carries T1 to
T5; every failure maps to one close code. What is done with an op is the writer's business, what is told the hub's.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NoReturn, assert_never
from uuid import UUID

from collab.accounts.ended import Ended
from collab.accounts.sign_ins import Present
from collab.accounts.watch import Guest
from collab.document.operations import Address
from collab.logs import about
from collab.protocol.codec import check_length, decode, encode
from collab.protocol.codes import CloseCode, ErrorCode, TooMany
from collab.protocol.errors import ProtocolError
from collab.protocol.messages import Blur, ClientMessage, Closing, Focus, Join, Ping, Pong, Selection, Submit
from collab.rooms.commit import Fenced, Outcome, Submission
from collab.rooms.doorkeeper import Admission
from collab.rooms.limits import FORM_COST, cost_of_lateness
from collab.rooms.opening import NotOpened, Opened, let_in, open_form
from collab.rooms.presence import person_of
from collab.rooms.room import Room
from collab.rooms.runtime import Runtime
from collab.rooms.session import Session
from collab.sockets import (
    Closed,
    Receive,
    Scope,
    Send,
    closing_of,
    give_texts_of,
    same_origin,
    say_goodbye,
    session_key,
    too_many,
    write_frames_of,
)

if TYPE_CHECKING:
    from collab.accounts.models import User

logger = logging.getLogger(__name__)

JOIN_SECONDS = 15.0
IN_FLIGHT = 64
PONG = encode(Pong())
SUBMIT = '{"type":"submit"'  # as encoders write it; spelled otherwise it only takes the longer way


@dataclass(slots=True)
class _Seat:
    """Where a joined connection sits."""

    room: Room
    session: Session


class RoomConnection:
    """One WebSocket, from handshake to close."""

    def __init__(self, runtime: Runtime, scope: Scope, receive: Receive, send: Send) -> None:
        self._runtime = runtime
        self._scope = scope
        self._receive = receive
        self._send = send
        self._seat: _Seat | None = None
        self._user: User | None = None
        self._guest: Guest | None = None
        self._ended: Closing | None = None
        self._serving: asyncio.Task[Any] | None = None
        self._closer: asyncio.Task[None] | None = None
        self._listening = False  # in ``receive``, and so done with all that came before
        self._in_flight = 0
        self._answered = asyncio.Event()
        self._limits = runtime.limits
        self._bucket = self._limits.bucket(asyncio.get_running_loop().time)

    async def serve(self, form_id: str) -> None:
        self._serving = asyncio.current_task()
        await self._receive()  # websocket.connect
        if not same_origin(self._scope):
            await self._send({"type": "websocket.close", "code": 1008})
            return
        await self._send({"type": "websocket.accept"})
        try:
            await self._converse(form_id)
        except Closed as closed:
            await self._say_goodbye(self._ended or closed.closing, closed.error)
        except asyncio.CancelledError:
            pass  # the closer has said why
        except OSError:
            pass  # the client has gone, in the middle of a frame
        except Exception:
            logger.exception("a socket failed")
            await self._say_goodbye(closing_of(CloseCode.INTERNAL))
        finally:
            self._leave()
            if self._guest is not None:
                self._runtime.watch.dismiss(self._guest)

    async def _converse(self, form_id: str) -> None:
        form = await self._admit(form_id)
        if (give_texts := give_texts_of(self._scope)) is not None:
            give_texts(self._take)
        first = True
        while True:
            text = await (self._first_frame() if first else self._frame())
            if text is None:
                return
            if self._is_leaving():
                await self._until_closed()
            try:
                message = decode(text)
            except ProtocolError as error:
                raise Closed(error.close, error) from None
            if first and not isinstance(message, Join):
                raise Closed(CloseCode.MALFORMED, ProtocolError(ErrorCode.JOIN_EXPECTED))
            first = False
            await self._handle(form, message)
            if self._seat is not None:
                await self._seat.session.reading()

    async def _first_frame(self) -> str | None:
        """The next text frame, soon: a join."""
        try:
            async with asyncio.timeout(JOIN_SECONDS):
                return await self._frame()
        except TimeoutError:
            raise Closed(CloseCode.MALFORMED, ProtocolError(ErrorCode.JOIN_EXPECTED)) from None

    async def _frame(self) -> str | None:
        """The next text frame; None when the client has gone. Enforces the rate."""
        self._listening = True
        event = await self._receive()
        self._listening = False
        if event["type"] == "websocket.disconnect":
            return None
        text: str | None = event.get("text")
        if text is None:
            raise Closed(CloseCode.MALFORMED, ProtocolError(ErrorCode.NOT_TEXT))
        self._pay(1)
        return text

    def _pay(self, cost: int) -> None:
        """Takes so much of what this session may send."""
        if not self._bucket.take(cost):
            raise Closed(too_many(TooMany.FRAMES))

    async def _handle(self, form: UUID, message: ClientMessage) -> None:
        match message:
            case Join():
                self._leave()
                self._pay(FORM_COST)
                await self._join(form, message)
            case Submit():
                await self._submit(message)
            case Focus(at, selection, base):
                self._is_active()
                self._move(at, selection, base)
            case Blur():
                self._move(None, None, None)
            case Ping():
                self._seated().session.tell(PONG)
            case _:
                assert_never(message)

    def _is_active(self) -> None:
        """Typing is activity, as is going from field to field."""
        if self._guest is not None:
            self._guest.active = True

    # --- joining and leaving -------------------------------------------------------------------------

    async def _admit(self, form_id: str) -> UUID:
        """Who this is, and whether the form is theirs to see (T3, T4)."""
        try:
            form = UUID(form_id)
        except ValueError:
            raise Closed(CloseCode.NO_SUCH_FORM) from None
        try:
            present = await self._runtime.hub.read(let_in, session_key(self._scope), form)
        except NotOpened as refused:
            raise Closed(CloseCode.NOT_ALLOWED if refused.exists else CloseCode.NO_SUCH_FORM) from None
        if not isinstance(present, Present):
            raise Closed(present.closing() if isinstance(present, Ended) else CloseCode.NOT_SIGNED_IN)
        self._user = present.user
        about(form=form, user=present.user.pk)
        self._guest = Guest(present.user.pk, present.generation, end=self._end, tell=self._pass_on)
        if not self._runtime.watch.admit(self._guest):
            raise Closed(too_many(TooMany.SOCKETS))
        return form

    async def _join(self, form: UUID, join: Join) -> None:
        """Subscribes, then reads: nothing committed in between is lost (C2)."""
        user, hub = self._user, self._runtime.hub
        assert user is not None
        room = await hub.enter(form)
        if room.people.count + room.entering > self._limits.people_per_room:
            hub.abandon(room)
            raise Closed(too_many(TooMany.PEOPLE))
        try:
            opened = await hub.read(open_form, user, form, client_id=join.client_id, since=join.since, want=join.want)
        except NotOpened as refused:
            hub.abandon(room)
            raise Closed(CloseCode.NOT_ALLOWED if refused.exists else CloseCode.NO_SUCH_FORM) from None
        except BaseException:
            hub.abandon(room)
            raise
        if self._is_leaving():
            hub.abandon(room)
            await self._until_closed()
        hub.settle(room, opened.version, opened.revision)
        session = self._new_session(user, join, opened)
        self._seat = _Seat(room, session)
        about(session=session.id, client_id=join.client_id)
        logger.info("joined as %s", opened.role)
        hub.seat(room, session)
        self._closer = asyncio.create_task(self._close_when_left(session))
        await self._begin(room, session, opened)

    def _new_session(self, user: User, join: Join, opened: Opened) -> Session:
        id = secrets.token_urlsafe(9)
        person = person_of(session=id, user=user.pk, name=str(user))
        assert self._guest is not None
        admission = Admission(user.pk, self._guest.generation, opened.form.team_id, opened.role)
        return Session(
            id=id,
            admission=admission,
            client_id=join.client_id,
            person=person,
            send=self._send,
            write_frames=write_frames_of(self._scope),
        )

    async def _begin(self, room: Room, session: Session, opened: Opened) -> None:
        people, you = room.people.everyone(), session.person
        joined = opened.joined(people=people, you=you, limits=self._limits)
        tail = [frame.text for run in opened.tail for frame in run.frames()]
        try:
            await session.begin(joined, opened.told, tail, lambda since: self._runtime.hub.read_on(room, since))
        except TimeoutError:
            raise Closed(CloseCode.TOO_SLOW) from None

    def _leave(self) -> None:
        seat, self._seat = self._seat, None
        if seat is not None:
            self._runtime.hub.unseat(seat.room, seat.session)
            logger.info("left")
            seat.session.leave()
        if self._closer is not None and self._closer is not asyncio.current_task():
            self._closer.cancel()
            self._closer = None

    # --- what a client says --------------------------------------------------------------------------

    def _take(self, text: str) -> bool:
        """Hands in a submit in the turn that it comes, where nothing stands against it.

        In a busy room nearly all frames are such, and to wake a task for each costs more than all that is done here.
        Anything else, and anything wrong, is left to the conversation.
        """
        seat = self._seat
        if seat is None or not self._listening or self._in_flight >= IN_FLIGHT or not text.startswith(SUBMIT):
            return False
        if self._is_leaving() or seat.session.is_stalled:
            return False
        try:
            message = decode(text)
        except ProtocolError:
            return False
        if not isinstance(message, Submit) or len(message.ops) > self._limits.ops_per_submit:
            return False
        if not self._bucket.take(1 + cost_of_lateness(message, seat.room.version or 0)):
            return False
        self._hand_in(seat, message)
        return True

    async def _submit(self, message: Submit) -> None:
        seat = self._seated()
        _fits(message, most=self._limits.ops_per_submit)
        self._pay(cost_of_lateness(message, seat.room.version or 0))
        while self._in_flight >= IN_FLIGHT:  # a client with too much under way is not read on until some of it is done
            self._answered.clear()
            await self._answered.wait()
        if self._is_leaving():
            await self._until_closed()
        self._hand_in(seat, message)

    def _hand_in(self, seat: _Seat, message: Submit) -> None:
        self._is_active()
        self._in_flight += 1
        session, author = seat.session, seat.session.admission
        submission = Submission(
            seat.room.form, author.user, session.client_id, message.seq, message.base, message.ops, author.generation
        )

        def on_outcome(outcome: Outcome | Fenced | None) -> None:
            self._in_flight -= 1
            self._answered.set()
            match outcome:
                case Outcome():
                    session.answer(outcome)
                case Fenced():  # the writer knows before the news arrived (S1); the watch knows why
                    self._runtime.watch.doubt(author.generation)
                case None:
                    session.leave(CloseCode.RESTARTING)  # nothing is known of it: the client comes again (C3)

        self._runtime.writer.submit(submission, on_outcome)

    def _move(self, at: Address | None, selection: Selection | None, base: int | None) -> None:
        seat = self._seated()
        seat.session.person = replace(seat.session.person, at=at, selection=selection, base=base)
        self._runtime.hub.moved(seat.room, seat.session)

    def _seated(self) -> _Seat:
        if self._seat is None:
            raise Closed(CloseCode.MALFORMED, ProtocolError(ErrorCode.JOIN_EXPECTED))
        return self._seat

    # --- the end -------------------------------------------------------------------------------------

    async def _close_when_left(self, session: Session) -> None:
        await session.gone.wait()
        await self._cut_off(self._ended or closing_of(session.close_code or CloseCode.INTERNAL))

    async def _cut_off(self, closing: Closing) -> None:
        """Closes the socket from outside the conversation; a reader who does not even take that is left alone."""
        await self._say_goodbye(closing)
        if self._serving is not None:
            self._serving.cancel()

    async def _say_goodbye(self, closing: Closing, error: ProtocolError | None = None) -> None:
        self._runtime.metrics.closed(closing, error)
        logger.info("closed", extra={"code": closing.code, "why": closing.why or (error and error.code)})
        await say_goodbye(self._send, closing, error)

    def _end(self, closing: Closing) -> None:
        """The sign-in is over (S2)."""
        if self._ended is not None:
            return
        self._ended = closing
        if self._seat is not None:
            self._seat.session.leave(CloseCode(closing.code))
        else:
            self._closer = asyncio.create_task(self._cut_off(closing))

    def _is_leaving(self) -> bool:
        """Whether the end has begun: what the client still says, a join above all, must not stop it."""
        return (
            self._runtime.is_leaving
            or self._ended is not None
            or (self._seat is not None and self._seat.session.close_code is not None)
        )

    async def _until_closed(self) -> NoReturn:
        """Waits for whoever says goodbye, and then ends this task."""
        while True:
            await asyncio.Event().wait()

    def _pass_on(self, frame: str) -> None:
        if self._seat is not None:
            self._seat.session.tell(frame)


def _fits(submit: Submit, *, most: int) -> None:
    try:
        check_length(submit, most=most)
    except ProtocolError as error:
        raise Closed(error.close, error) from None
