using System.Globalization;
using K8sLb.Protocol;
using K8sLb.Simulation;
using K8sLb.TestKit.Plots;

// Runs what the documentation shows: plots into the folder given, figures to the output.
var folder = args.Length == 1 ? args[0] : throw new ArgumentException("the folder for the plots must be given");
Directory.CreateDirectory(folder);

var evens = new SimulationOptions
{
    Members = 200,
    Connections = 20_000,
    MaxImbalancePercent = 10,
    MaxReleasesPerSecond = 500,
    LongestDelay = 3,
    Loss = 0.1,
};
var with = Scenarios.ScaleOut(evens, from: 100, until: 160);
var without = Scenarios.ScaleOut(evens with { MaxImbalancePercent = null }, from: 100, until: 160);
await PlotImbalanceAsync("simulation-scale-out.svg", without, with, "100 pods become 200");
Say(
    $"scale-out of 100 to 200 members, 20,000 connections: {with.MovesSince(Scenarios.Begin)} moved of 10,000 that must, {with.Lost} lost, imbalance {with.History[^1].Imbalance:0.00} ({without.History[^1].Imbalance:0.00} without)"
);

var trouble = evens with { Members = 100, Connections = 10_000, MaxReleasesPerSecond = 200 };
var troubled = Scenarios.Trouble(trouble, lasting: 120, until: 300);
var unmoved = Scenarios.Trouble(trouble with { MaxImbalancePercent = null }, lasting: 120, until: 300);
await PlotImbalanceAsync("simulation-trouble.svg", unmoved, troubled, "crashes and flapping begin");
Say(
    $"120 s of crashes and flapping, 10,000 connections on 100 members: {troubled.Moves} moved, imbalance {troubled.History[^1].Imbalance:0.00} ({unmoved.History[^1].Imbalance:0.00} without)"
);

var weighed = Scenarios.SlowMember(1, weighsByReports: true, BalancingKind.WeightedRoundRobin, until: 600);
var plain = Scenarios.SlowMember(1, weighsByReports: false, BalancingKind.WeightedRoundRobin, until: 600);
await PlotAsync(
    "simulation-slow-member.svg",
    "requests under way at a member that is three times as slow, with weights by reports (green) and without (amber)",
    plain.History.Select(l => (l.At, (double)l.InFlight[0])),
    weighed.History.Select(l => (l.At, (double)l.InFlight[0])),
    null
);
Say(
    $"a member three times as slow, of 8: its weight comes to {weighed.History[^1].Factors[0]:0.00}, requests under way {weighed.History[^60..].Average(l => l.InFlight[0]):0.0} ({plain.History[^60..].Average(l => l.InFlight[0]):0.0} without)"
);

Task PlotImbalanceAsync(string file, PoolSimulation amber, PoolSimulation green, string begin) =>
    PlotAsync(
        file,
        "the fullest member's connections, times the mean, with rebalancing (green) and without (amber)",
        amber.History.Select(l => (l.At, l.Imbalance)),
        green.History.Select(l => (l.At, l.Imbalance)),
        begin
    );

async Task PlotAsync(
    string file,
    string description,
    IEnumerable<(double X, double Y)> amber,
    IEnumerable<(double X, double Y)> green,
    string? begin
)
{
    var (first, second) = (amber.ToList(), green.ToList());
    var all = first.Concat(second).ToList();
    var plot = new SvgPlot(all.Min(p => p.X), all.Max(p => p.X), all.Max(p => p.Y))
        .Line(first, "line old-1", "without")
        .Line(second, "line new-2", "with");
    if (begin is not null)
    {
        plot.Mark(Scenarios.Begin, begin);
    }
    await File.WriteAllTextAsync(Path.Combine(folder, file), plot.Standalone(description) + "\n");
}

static void Say(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
