using K8sLb.Kubernetes.Models;
using K8sLb.Operator.Api;

namespace K8sLb.Operator.Tests;

/// <summary>Pools and pods to start a test from.</summary>
internal static class Sample
{
    private static readonly DateTimeOffset Created = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static BackendPoolSpec Spec(string app = "shop") =>
        new()
        {
            Selector = new PodSelector { MatchLabels = new Dictionary<string, string> { ["app"] = app } },
            Ports =
            [
                new BackendPoolPort
                {
                    Name = "http",
                    Port = 15080,
                    TargetPort = 8080,
                },
            ],
        };

    public static BackendPool Pool(string name, string app = "shop", int age = 0, long generation = 1) =>
        new()
        {
            Metadata = new V1ObjectMeta
            {
                Name = name,
                NamespaceProperty = "default",
                Uid = $"uid-{name}",
                Generation = generation,
                CreationTimestamp = Created - TimeSpan.FromMinutes(age),
            },
            Spec = Spec(app),
        };

    public static V1Pod Pod(string name, string app = "shop", params (string Key, string Value)[] annotations) =>
        new()
        {
            Metadata = new V1ObjectMeta
            {
                Name = name,
                NamespaceProperty = "default",
                Uid = $"uid-{name}",
                CreationTimestamp = Created,
                Labels = new Dictionary<string, string> { ["app"] = app },
                Annotations = annotations.ToDictionary(a => a.Key, a => a.Value),
            },
            Spec = new V1PodSpec
            {
                Containers =
                [
                    new V1Container { Name = "app" },
                    new V1Container { Name = PodConventions.SidecarContainer },
                ],
            },
            Status = new V1PodStatus
            {
                Phase = "Running",
                ContainerStatuses =
                [
                    new V1ContainerStatus { Name = "app", Ready = true },
                    new V1ContainerStatus { Name = PodConventions.SidecarContainer, Ready = true },
                ],
            },
        };
}
