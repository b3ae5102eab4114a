"""What is served, measured over HTTP as each of its people, beside one hand-written statement: `python -m tests.benchmarks.http`."""
