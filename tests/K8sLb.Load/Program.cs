using System.Net;
using System.Runtime.InteropServices;
using System.Text.Json;
using K8sLb.Load;

// K8sLb.Load FILE: runs the load that FILE describes, prints LoadOutput lines, and stops early when its standard input ends, so
// that it never outlives the one who started it. Exit code 2 for an order that cannot be run.
if (args is not [var file])
{
    Console.Error.WriteLine("usage: K8sLb.Load FILE   (a LoadOrder as JSON; the load stops when standard input ends)");
    return 2;
}

LoadRun run;
try
{
    using var json = File.OpenRead(file);
    var order =
        await JsonSerializer.DeserializeAsync(json, LoadJson.Default.LoadOrder)
        ?? throw new JsonException("it is null");
    run = LoadRun.Start(
        order.Plan,
        LoadTarget.Fixed(IPEndPoint.Parse(order.Http1), IPEndPoint.Parse(order.Http2), order.Host)
    );
}
catch (Exception e)
    when (e is IOException or UnauthorizedAccessException or JsonException or FormatException or ArgumentException)
{
    Console.Error.WriteLine($"{file}: {e.Message}");
    return 2;
}

using var sigterm = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var sigint = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
_ = Console.In.ReadToEndAsync().ContinueWith(_ => run.StopAsync(), TaskScheduler.Default);

using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(250));
while (!run.Completion.IsCompleted)
{
    Print(new() { Progress = run.Progress() });
    await Task.WhenAny(run.Completion, beat.WaitForNextTickAsync().AsTask());
}
Print(new() { Report = await run.Completion });
return 0;

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    _ = run.StopAsync();
}

static void Print(LoadOutput output) =>
    Console.WriteLine(JsonSerializer.Serialize(output, LoadJson.Default.LoadOutput));
