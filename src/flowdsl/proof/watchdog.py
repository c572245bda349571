"""Watchdog: ends a delivery that does not end by itself, in virtual time, in calls, or in real seconds without either."""

from __future__ import annotations

import ctypes
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flowdsl.proof.delivery import Delivery, Killed, Outcome

LONGEST_REAL_SECONDS = 10.0
"""How long a delivery may take of the time of this machine: a loop without a call lets no virtual time pass."""
_DEAD_REAL_SECONDS = 2.0
"""How long one that has been killed may go on: an `except:` around a loop catches that too."""
_LOOK_SECONDS = 0.25
_AGAIN_SECONDS = 0.01
_BLOCKED = 200
"""After so many exceptions that changed nothing, the thread waits inside C, where none arrives."""


@dataclass(slots=True)
class _Watched:
    delivery: Delivery
    seconds: float = 0.0
    raised: int = 0


class Watchdog:
    """Raises Killed in the thread of a delivery that goes on for too long; once and again, until it gives up.

    A trace would see every line, and make each one slow; an exception from outside costs nothing until it is needed.
    """

    def __init__(self) -> None:
        self._watched: dict[int, _Watched] = {}
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._look, name="flowdsl proof", daemon=True)
        self._before: Any = None
        """Who handled the signal until now, where this one does."""

    def __enter__(self) -> Watchdog:
        # SIGINT would do, were it not ignored by every process that a shell starts in the background.
        if hasattr(signal, "SIGUSR2") and threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGUSR2, self._woken)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()
        if self._before is not None:
            signal.signal(signal.SIGUSR2, self._before)

    def watch(self, delivery: Delivery, run: Callable[[], Outcome]) -> Outcome:
        """Runs a delivery in this thread; killed, with the reason, where it does not end."""
        me = threading.get_ident()
        watched = _Watched(delivery)
        outcome = Outcome("killed")
        try:
            with self._lock:
                self._watched[me] = watched
            outcome = run()
        except Killed:
            pass
        finally:
            self._leave(me)
        return Outcome("killed", error=delivery.endless) if delivery.dead else outcome

    def _leave(self, me: int) -> None:
        """After this nothing is raised here any more, and nothing is on its way."""
        while True:
            try:
                with self._lock:
                    self._watched.pop(me, None)
                    _raise_in(me, None)
                return
            except Killed:
                continue

    def _look(self) -> None:
        # Only waits of a lock are counted: the clocks of the process are the proof's.
        pause = _LOOK_SECONDS
        while not self._stopped.wait(pause):
            with self._lock:
                late = [(thread, w) for thread, w in self._watched.items() if self._is_late(w, pause)]
                for thread, watched in late:
                    self._end(thread, watched)
            pause = _AGAIN_SECONDS if late else _LOOK_SECONDS

    def _is_late(self, watched: _Watched, passed: float) -> bool:
        delivery = watched.delivery
        if delivery.waits:
            watched.seconds = 0.0
            return False
        watched.seconds += passed
        return watched.seconds > (_DEAD_REAL_SECONDS if delivery.dead else LONGEST_REAL_SECONDS)

    def _end(self, thread: int, watched: _Watched) -> None:
        watched.raised += 1
        watched.delivery.expire(f"{LONGEST_REAL_SECONDS:g} s of real time")
        _raise_in(thread, Killed)
        if watched.raised % _BLOCKED == 0 and thread == threading.main_thread().ident and self._before is not None:
            # Only a signal ends a wait inside C.
            signal.pthread_kill(thread, signal.SIGUSR2)

    def _woken(self, *_: object) -> None:
        """In the main thread: what it waits for is given up, where it is still watched."""
        if threading.get_ident() in self._watched:
            raise Killed


def _raise_in(thread: int, error: type[BaseException] | None) -> None:
    """Raises an exception in a thread before its next instruction; None takes one back that has not arrived."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(error) if error else None)
