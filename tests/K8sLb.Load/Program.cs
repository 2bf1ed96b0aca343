using System.Net;
using System.Runtime.InteropServices;
using System.Text.Json;
using K8sLb.Load;

// K8sLb.Load: reads a LoadOrder, JSON in one line, from standard input, runs it, prints LoadOutput lines, and stops early when
// standard input ends, so that it never outlives the one who started it. Exit code 2 for an order that cannot be run.
// Console.In would not do: its asynchronous reads block.
using var input = new StreamReader(Console.OpenStandardInput());
LoadRun run;
try
{
    var line = await input.ReadLineAsync() ?? throw new JsonException("standard input holds no order");
    var order = JsonSerializer.Deserialize(line, LoadJson.Default.LoadOrder) ?? throw new JsonException("it is null");
    var (http1, http2) = (IPEndPoint.Parse(order.Http1), IPEndPoint.Parse(order.Http2));
    if (order.AwaitSeconds > 0)
    {
        var limit = TimeSpan.FromSeconds(order.AwaitSeconds);
        await Task.WhenAll(Reachability.WaitAsync(http1, limit), Reachability.WaitAsync(http2, limit));
    }
    run = LoadRun.Start(order.Plan, LoadTarget.Fixed(http1, http2, order.Host));
}
catch (Exception e) when (e is JsonException or FormatException or ArgumentException)
{
    Console.Error.WriteLine($"not a load order: {e.Message}");
    return 2;
}

await using (run)
{
    using var sigterm = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
    using var sigint = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
    _ = Task.Run(input.ReadToEndAsync).ContinueWith(_ => run.StopAsync(), TaskScheduler.Default);
    using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(250));
    while (!run.Completion.IsCompleted)
    {
        Print(new() { Progress = run.Progress() });
        await Task.WhenAny(run.Completion, beat.WaitForNextTickAsync().AsTask());
    }
    Print(new() { Report = await run.Completion });
}
return 0;

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    _ = run.StopAsync();
}

static void Print(LoadOutput output) =>
    Console.WriteLine(JsonSerializer.Serialize(output, LoadJson.Default.LoadOutput));
