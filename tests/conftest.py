"""What every test may rely on."""

from hypothesis import settings

# How long an example may take says more about the machine than about the code; what must be fast has a benchmark.
settings.register_profile("promises", deadline=None)
settings.load_profile("promises")
