using System.Net.Sockets;
using K8sLb.Benchmarks;
using Spectre.Console;

BenchOptions options;
try
{
    options = BenchOptions.Parse(args);
}
catch (ArgumentException e)
{
    Console.Error.WriteLine($"{e.Message}\n{BenchOptions.Usage}");
    return 2;
}

const int Starts = 5;
var artifacts = Directory.CreateDirectory(Path.Combine("artifacts", "bench")).FullName;
try
{
    Console.Error.WriteLine("publishing the sidecar");
    var sidecar = await SidecarProxy.Publish(CancellationToken.None);
    var kinds = ContenderKind.All(sidecar).Where(kind => options.Includes(kind.Name)).ToList();
    using var stage = await Stage.Start();

    var footprints = new Dictionary<string, Footprint>();
    foreach (var kind in options.Footprint ? kinds : [])
    {
        Console.Error.WriteLine($"memory and start of {kind.Name}");
        footprints[kind.Name] = await Footprint.Of(kind, stage, Starts);
    }

    List<Contender> contenders = [];
    foreach (var kind in kinds)
    {
        contenders.Add((await stage.Enter(kind)).Contender);
    }
    if (options.Includes(ContenderNames.Direct))
    {
        contenders.Add(stage.Direct);
    }
    var campaign = new Campaign(options, contenders, new TimeLeft(Campaign.Steps(options, contenders)));
    var workloads = await campaign.Run();

    var summary = new Summary(workloads, Summary.MemoryOf(footprints, contenders));
    summary.Write(Path.Combine(artifacts, "summary.json"));
    ResultTable[] tables = [ResultTable.OfAims(summary), .. ResultTable.Of(summary)];
    File.WriteAllText(Path.Combine(artifacts, "table.md"), string.Join('\n', tables.Select(TablePrinter.ToMarkdown)));
    foreach (var table in tables)
    {
        TablePrinter.ToTerminal(table);
    }
    AnsiConsole.MarkupLine("Written to [bold]artifacts/bench/summary.json[/] and [bold]table.md[/]");
    return 0;
}
catch (Exception e) when (e is LoadFailedException or SocketException)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
