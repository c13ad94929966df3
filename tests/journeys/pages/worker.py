"""The registry's worker inside the tests: the same queue, the same jobs, ended once nothing waits."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from django.db import connection, connections
from procrastinate.contrib.django import app


def run_waiting_jobs(faults: list[Exception], queues: Sequence[str] = ()) -> None:
    """Run in a thread of its own, all queues or some; what goes wrong is put into `faults`."""
    try:
        asyncio.run(_run(queues))
    except Exception as fault:  # noqa: BLE001 whatever it is, it is raised where the journey waits
        faults.append(fault)


async def _run(queues: Sequence[str]) -> None:
    # jobs run in this pool: its one thread's connection has to be closed again before the database can go
    with ThreadPoolExecutor(max_workers=1) as pool:
        asyncio.get_running_loop().set_default_executor(pool)
        connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]
        with app.replace_connector(connector):
            async with app.open_async():
                await app.run_worker_async(
                    queues=list(queues) or None, wait=False, concurrency=1, install_signal_handlers=False
                )
        await asyncio.get_running_loop().run_in_executor(pool, connections.close_all)


def forget_jobs() -> None:
    """What an earlier test left in the queue is nobody's work now; the queue outlives the flush of the tables."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_periodic_defers")
        cursor.execute("DELETE FROM procrastinate_jobs")
