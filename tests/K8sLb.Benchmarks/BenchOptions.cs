using System.Globalization;

namespace K8sLb.Benchmarks;

/// <summary>What the command line asks for.</summary>
internal sealed record BenchOptions(
    int Rounds,
    int Seconds,
    IReadOnlyList<Workload> Workloads,
    string[]? Contenders,
    bool Footprint
)
{
    public const string Usage =
        "bench [--rounds N] [--seconds S] [--workload NAME[,NAME]] [--contender NAME[,NAME]] [--no-footprint]\n"
        + "  --rounds        measured rounds of each workload, after one that warms up (5)\n"
        + "  --seconds       of each contender in each round (3)\n"
        + "  --workload      these only\n"
        + "  --contender     these only\n"
        + "  --no-footprint  leave out memory and the time to ready";

    /// <exception cref="ArgumentException">Says what is wrong.</exception>
    public static BenchOptions Parse(string[] arguments)
    {
        var options = new BenchOptions(5, 3, Workload.All, Contenders: null, Footprint: true);
        for (var i = 0; i < arguments.Length; i++)
        {
            options = arguments[i] switch
            {
                "--rounds" => options with { Rounds = Number(arguments, ++i) },
                "--seconds" => options with { Seconds = Number(arguments, ++i) },
                "--workload" => options with { Workloads = Named(Value(arguments, ++i)) },
                "--contender" => options with { Contenders = Value(arguments, ++i).Split(',') },
                "--no-footprint" => options with { Footprint = false },
                var other => throw new ArgumentException($"{other} is no option"),
            };
        }
        return options;
    }

    public bool Includes(string contender) => Contenders is null || Contenders.Contains(contender);

    private static string Value(string[] arguments, int at) =>
        at < arguments.Length ? arguments[at] : throw new ArgumentException($"{arguments[at - 1]} needs a value");

    private static int Number(string[] arguments, int at) =>
        int.TryParse(Value(arguments, at), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number > 0
            ? number
            : throw new ArgumentException($"{arguments[at - 1]} {arguments[at]}: not a number above 0");

    private static Workload[] Named(string names) =>
        [
            .. names
                .Split(',')
                .Select(name =>
                    Workload.All.FirstOrDefault(w => w.Name == name)
                    ?? throw new ArgumentException(
                        $"--workload {name}: there are {string.Join(", ", Workload.All.Select(w => w.Name))}"
                    )
                ),
        ];
}
