using System.Globalization;
using K8sLb.Benchmarks;
using Spectre.Console;

// bench [--rounds N] [--seconds S] [--workload NAME]: contenders take turns within each round, so that what else the
// machine does hits all of them alike.
var rounds = Option("--rounds", 5);
var seconds = Option("--seconds", 3);
var only = Array.IndexOf(args, "--workload") is var at and >= 0 ? args[at + 1] : null;
var workloads = Workload.All.Where(w => only is null || w.Name == only).ToArray();
if (workloads.Length == 0)
{
    Console.Error.WriteLine($"--workload {only}: there are {string.Join(", ", Workload.All.Select(w => w.Name))}");
    return 2;
}

using var stage = await Stage.Start();
var atStart = Resident();
var measured = workloads.ToDictionary(
    w => w.Name,
    _ => stage.Contenders.ToDictionary(c => c.Name, _ => new List<Round>())
);
var total = workloads.Length * (rounds + 1) * stage.Contenders.Count;
var done = 0;
foreach (var workload in workloads)
{
    // Round 0 warms everything up and does not count.
    for (var round = 0; round <= rounds; round++)
    {
        foreach (var contender in stage.Contenders)
        {
            var result = await Round.Run(workload, contender, seconds);
            if (round > 0)
            {
                measured[workload.Name][contender.Name].Add(result);
            }
            done++;
            Console.Error.WriteLine(
                $"[{done}/{total}] {workload.Name} {contender.Name}, {(total - done) * seconds} s left"
            );
        }
    }
}

var summary = new Summary(
    measured.ToDictionary(w => w.Key, w => w.Value.ToDictionary(c => c.Key, c => Figures.Of(c.Value))),
    new() { ["residentMbAtStart"] = atStart, ["residentMbAfterLoad"] = Resident() }
);
summary.Write(Path.Combine("artifacts", "bench", "summary.json"));
Tables.Print(summary);
AnsiConsole.MarkupLine("Written to [bold]artifacts/bench/summary.json[/]");
return 0;

int Option(string name, int otherwise) =>
    Array.IndexOf(args, name) is var i and >= 0 ? int.Parse(args[i + 1], CultureInfo.InvariantCulture) : otherwise;

Dictionary<string, double> Resident() =>
    stage
        .Contenders.Where(c => c.Process is not null)
        .ToDictionary(c => c.Name, c => Math.Round(c.Process!.ResidentBytes() / 1048576.0, 1));
