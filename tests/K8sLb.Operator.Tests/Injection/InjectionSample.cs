using System.Text.Json;
using System.Text.Json.Nodes;
using K8sLb.Operator.Directory;
using K8sLb.Operator.Injection;
using K8sLb.Operator.Mapping;

namespace K8sLb.Operator.Tests.Injection;

internal static class InjectionSample
{
    public static InjectionSettings Settings { get; } =
        new()
        {
            Image = "k8slb.local/sidecar:1.2.3",
            Version = "1.2.3",
            OperatorAddress = "https://k8slb.k8slb-system.svc:15010",
            Resources = JsonElement.Parse("""{"requests":{"cpu":"20m","memory":"48Mi"},"limits":{"memory":"256Mi"}}"""),
        };

    public const string DrainSecret = "0123456789abcdef0123456789abcdef";

    public static Func<string> Secrets { get; } = () => DrainSecret;

    public static PoolInForce Pool(string name = "shop", string app = "shop") =>
        new(Sample.Pool(name, app), AcceptedSpec.From(Sample.Spec(app)));

    public static JsonObject Pod(string app = "shop") =>
        new()
        {
            ["metadata"] = new JsonObject
            {
                ["generateName"] = $"{app}-7d9-",
                ["labels"] = new JsonObject { ["app"] = app },
            },
            ["spec"] = new JsonObject
            {
                ["containers"] = new JsonArray(
                    new JsonObject
                    {
                        ["name"] = "app",
                        ["image"] = "shop:1",
                        ["ports"] = new JsonArray(new JsonObject { ["name"] = "http", ["containerPort"] = 8080 }),
                    }
                ),
            },
        };
}
