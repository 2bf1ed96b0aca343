using K8sLb.Kubernetes;
using K8sLb.Operator.Diagnostics;
using K8sLb.Operator.Hosting;
using K8sLb.Operator.Hub;
using K8sLb.Telemetry;

try
{
    var options = OperatorEnvironment.Read(Environment.GetEnvironmentVariable);
    var cluster = KubernetesClientConfiguration.BuildDefaultConfig();
    using var telemetry = ProcessTelemetry.Start(
        "k8slb-operator",
        AttachEndpoint.OperatorVersion,
        options.PodName,
        OperatorMetrics.MeterName,
        KubernetesMetrics.MeterName
    );
    await using var app = OperatorApplication.Build(options, cluster, telemetry: telemetry);
    await app.RunAsync();
    return 0;
}
catch (Exception e) when (e is FormatException or ArgumentException or KubernetesConfigException)
{
    await Console.Error.WriteLineAsync($"k8slb-operator cannot start: {e.Message}");
    return 2;
}
