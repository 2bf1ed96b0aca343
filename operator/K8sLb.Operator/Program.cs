using K8sLb.Kubernetes;
using K8sLb.Operator.Hosting;

try
{
    var options = OperatorEnvironment.Read(Environment.GetEnvironmentVariable);
    var cluster = KubernetesClientConfiguration.BuildDefaultConfig();
    await using var app = OperatorApplication.Build(options, cluster);
    await app.RunAsync();
    return 0;
}
catch (Exception e) when (e is FormatException or ArgumentException or KubernetesConfigException)
{
    await Console.Error.WriteLineAsync($"k8slb-operator cannot start: {e.Message}");
    return 2;
}
