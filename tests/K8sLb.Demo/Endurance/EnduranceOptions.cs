using System.Globalization;
using K8sLb.Load;

namespace K8sLb.Demo;

/// <summary>
/// <c>endurance [--against NAMES] [--lags SECONDS] [--restarts N] [--pods N] [--surge N] [--rate REQUESTS]</c>; lists are
/// separated by commas.
/// </summary>
internal sealed record EnduranceOptions
{
    public IReadOnlyList<Contender> Against { get; init; } = Contender.All;

    /// <summary>How late endpoints are, in seconds.</summary>
    public IReadOnlyList<int> Lags { get; init; } = [0, 2, 5, 15];
    public int Restarts { get; init; } = 10;
    public int Pods { get; init; } = 6;

    /// <summary>Pods that a rolling update may start beyond their number: maxSurge.</summary>
    public int Surge { get; init; } = 2;

    /// <summary>Requests a second, over all protocols.</summary>
    public int Rate { get; init; } = 2_000;

    public LoadPlan Plan => LoadPlan.Mix(Rate);

    public DeploymentSize Size => new(Pods, Surge);

    public ReleaseRate ReleaseRate => ReleaseRate.For(Plan.KeptConnections, Pods);

    /// <exception cref="ArgumentException">The message names the argument, its value and what would be right.</exception>
    public static EnduranceOptions Parse(IReadOnlyList<string> args)
    {
        var options = new EnduranceOptions();
        for (var i = 0; i < args.Count; i += 2)
        {
            var value = i + 1 < args.Count ? args[i + 1] : throw new ArgumentException($"{args[i]} needs a value");
            options = args[i] switch
            {
                "--against" => options with { Against = [.. value.Split(',').Select(Named)] },
                "--lags" => options with { Lags = [.. value.Split(',').Select(lag => Number("--lags", lag, 0, 60))] },
                "--restarts" => options with { Restarts = Number("--restarts", value, 1, 100) },
                "--pods" => options with { Pods = Number("--pods", value, 2, 20) },
                "--surge" => options with { Surge = Number("--surge", value, 1, 20) },
                "--rate" => options with { Rate = Number("--rate", value, 50, 5_000) },
                var other => throw new ArgumentException(
                    $"unknown argument {other}; there are --against, --lags, --restarts, --pods, --surge and --rate"
                ),
            };
        }
        return options;
    }

    private static Contender Named(string name) =>
        Contender.All.FirstOrDefault(c => c.Name == name)
        ?? throw new ArgumentException(
            $"--against {name}: there are {string.Join(", ", Contender.All.Select(c => c.Name))}"
        );

    private static int Number(string name, string text, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number >= least
        && number <= most
            ? number
            : throw new ArgumentException($"{name} {text}: it takes a number from {least} to {most}");
}
