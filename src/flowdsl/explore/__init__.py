"""The paths of a workflow: for every transition and retrier an input and mocks that take it, found by running it."""
