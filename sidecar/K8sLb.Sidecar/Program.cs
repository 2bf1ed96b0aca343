using K8sLb.Sidecar;
using K8sLb.Sidecar.Configuration;
using K8sLb.Sidecar.Snapshots;

try
{
    using var host = SidecarHost.Create(SidecarEnvironment.Read(Environment.GetEnvironmentVariable), ownSignals: true);
    await host.RunAsync();
    return 0;
}
catch (Exception e) when (e is SidecarEnvironmentException or SnapshotFileException)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}
