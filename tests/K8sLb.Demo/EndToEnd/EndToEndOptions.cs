namespace K8sLb.Demo;

/// <summary><c>e2e [--only NAMES]</c>, separated by commas; CLUSTER and DEMO_ADDRESS as for the demo.</summary>
internal sealed record EndToEndOptions
{
    public IReadOnlyList<Scenario> Scenarios { get; init; } = Scenario.All;

    public DemoOptions Cluster { get; init; } = new();

    /// <exception cref="ArgumentException">The message names the argument, its value and what would be right.</exception>
    public static EndToEndOptions Parse(IReadOnlyList<string> args, Func<string, string?> environment) =>
        new()
        {
            Scenarios = args switch
            {
                [] => Scenario.All,
                ["--only", var names] => [.. names.Split(',').Select(Named)],
                _ => throw new ArgumentException($"unknown argument {args[0]}; there is --only NAMES"),
            },
            Cluster = DemoOptions.Parse([], environment) with { Nodes = 2 },
        };

    private static Scenario Named(string name) =>
        Scenario.All.FirstOrDefault(s => s.Name == name)
        ?? throw new ArgumentException(
            $"--only {name}: there are {string.Join(", ", Scenario.All.Select(s => s.Name))}"
        );
}
