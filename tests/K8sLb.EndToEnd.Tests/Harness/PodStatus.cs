using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using K8sLb.Kubernetes;

namespace K8sLb.EndToEnd.Tests.Harness;

/// <summary>A pod's status as a kubelet writes it.</summary>
internal static class PodStatus
{
    public static V1Patch Running(IPAddress address, IReadOnlyList<PodContainer> containers) =>
        V1Patch.Merge(
            new JsonObject
            {
                ["status"] = new JsonObject
                {
                    ["phase"] = "Running",
                    ["podIP"] = address.ToString(),
                    ["conditions"] = new JsonArray(
                        Condition("PodScheduled", true),
                        Condition("Initialized", true),
                        Condition("ContainersReady", containers.All(c => c.Ready)),
                        Condition("Ready", containers.All(c => c.Ready))
                    ),
                    ["containerStatuses"] = new JsonArray([.. containers.Select(Container)]),
                },
            }
        );

    private static JsonObject Condition(string type, bool status) =>
        new()
        {
            ["type"] = type,
            ["status"] = status ? "True" : "False",
            ["lastTransitionTime"] = Now(),
        };

    private static JsonObject Container(PodContainer container) =>
        new()
        {
            ["name"] = container.Name,
            ["image"] = container.Name,
            ["imageID"] = "",
            ["ready"] = container.Ready,
            ["restartCount"] = 0,
            ["state"] = new JsonObject { ["running"] = new JsonObject { ["startedAt"] = Now() } },
        };

    private static string Now() =>
        DateTimeOffset.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
