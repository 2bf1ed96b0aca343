using System.Runtime.InteropServices;
using K8sLb.SampleApp;
using Microsoft.AspNetCore.Server.Kestrel.Core;

// A worst case on purpose, and a common one: the process ends the moment it is told to, whatever it is serving.
using var sigterm = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => ImmediateExit.Now(0));

var options = AppOptions.FromEnvironment();
var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.WebHost.ConfigureKestrel(kestrel =>
{
    kestrel.AddServerHeader = false;
    kestrel.Listen(options.Address, options.Port, listen => listen.Protocols = HttpProtocols.Http1);
    kestrel.Listen(options.Address, options.Http2Port, listen => listen.Protocols = HttpProtocols.Http2);
});

await using var app = builder.Build();
app.UseWebSockets();
app.MapSample(options.PodName);
if (options.Seconds is { } seconds)
{
    // Work that is done at some time, as a Job's.
    using var done = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
    await app.StartAsync();
    await app.WaitForShutdownAsync(done.Token);
    return;
}
await app.RunAsync();
