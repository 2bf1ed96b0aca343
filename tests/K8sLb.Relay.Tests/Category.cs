// The data path is not bound to the sidecar's ports yet; until it is, its suite runs with `make test-full`.
[assembly: AssemblyTrait("Category", "Long")]
