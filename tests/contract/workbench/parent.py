"""A program that starts a child, names it and waits to be killed."""

import asyncio
import os

from docflow.adapters.workbench.processes import PoolLimits, ProcessWorkbench


async def main() -> None:
    workbench = ProcessWorkbench({"parse": PoolLimits(processes=1, memory_bytes=1 << 30)})
    print(await workbench.run(os.getpid, timeout_s=20), flush=True)
    await asyncio.sleep(60)


if __name__ == "__main__":
    asyncio.run(main())
