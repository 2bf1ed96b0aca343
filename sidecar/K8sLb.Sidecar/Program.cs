using K8sLb.Sidecar;
using K8sLb.Sidecar.Configuration;
using K8sLb.Sidecar.Control;
using K8sLb.Sidecar.Observability;
using K8sLb.Sidecar.Snapshots;
using K8sLb.Telemetry;

try
{
    var options = SidecarEnvironment.Read(Environment.GetEnvironmentVariable);
    using var telemetry = ProcessTelemetry.Start(
        "k8slb-sidecar",
        MemberReports.SidecarVersion,
        $"{options.PodNamespace}/{options.PodName}",
        SidecarMetrics.MeterName
    );
    using var host = SidecarHost.Create(options, ownSignals: true, telemetry);
    await host.RunAsync();
    return 0;
}
catch (Exception e) when (e is SidecarEnvironmentException or SnapshotFileException)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}
