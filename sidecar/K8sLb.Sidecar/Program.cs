using K8sLb.Sidecar;
using K8sLb.Sidecar.Configuration;
using K8sLb.Sidecar.Snapshots;

try
{
    await using var app = SidecarHost.Create(
        SidecarEnvironment.Read(Environment.GetEnvironmentVariable),
        ownSignals: true
    );
    await app.RunAsync();
    return 0;
}
catch (Exception e) when (e is SidecarEnvironmentException or SnapshotFileException)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}
