"""What a service that may be written to has beside others: its state, and jobs that run."""

from .jobs.runner import Runner
from .library import Library
from .settings import ServiceSettings
from .state.jobs import Jobs
from .state.keys import Keys
from .state.scenarios import Scenarios
from .state.shares import Shares
from .state.store import Store, state_url


class State:
    """Hold the state of a service and what works on it.

    Parameters
    ----------
    settings
        Where the state is, and how many jobs run at once.
    library
        Studies whose scenarios are run.

    Raises
    ------
    InputError, FolderError
        When the database cannot be used.
    """

    def __init__(self, settings: ServiceSettings, library: Library) -> None:
        self._store = Store(settings.state_url or state_url(settings.folders[0]))
        self.scenarios = Scenarios(self._store)
        self.keys = Keys(self._store)
        self.shares = Shares(self._store)
        self.jobs = Jobs(self._store, silent_s=settings.silent_s)
        self.runner = Runner(self.jobs, library, settings.workers)

    async def stop(self) -> None:
        """Put what runs back in the queue, and let go of the database."""
        await self.runner.stop()
        self._store.close()
