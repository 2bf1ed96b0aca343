using System.Globalization;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;

namespace K8sLb.Operator.Tests.Injection;

/// <summary>Pods that an API server would take, most of them of the pool of the tests.</summary>
internal static class PodGen
{
    private static readonly string[] PortNames = ["http", "feed", "web", "metrics"];
    private static readonly int[] PortNumbers = [8080, 9000, 9100, 8090];

    private static Gen<JsonObject?> Maybe(params string[] json) =>
        Gen.Elements([null, .. json]).Select(j => j is null ? null : JsonNode.Parse(j)!.AsObject());

    /// <summary>Names are unique within a container, as the API server asks for.</summary>
    private static Gen<JsonArray?> Ports =>
        from names in Gen.Shuffle(PortNames)
        from numbers in Gen.Shuffle(PortNumbers)
        from named in Gen.ArrayOf(Gen.Elements(true, true, false), PortNames.Length)
        from udp in Gen.ArrayOf(Gen.Frequency((5, Gen.Constant(false)), (1, Gen.Constant(true))), PortNames.Length)
        from count in Gen.Choose(0, PortNames.Length)
        select count == 0
            ? null
            : new JsonArray([
                .. Enumerable
                    .Range(0, count)
                    .Select(i => (JsonNode)Port(named[i] ? names[i] : null, numbers[i], udp[i])),
            ]);

    private static Gen<JsonObject> Container(int index) =>
        from ports in Ports
        from lifecycle in Maybe(
            """{"preStop":{"exec":{"command":["x"]}}}""",
            """{"preStop":{"httpGet":{"path":"/drain","port":15020}}}""",
            """{"postStart":{"tcpSocket":{"port":9}},"future":1}"""
        )
        from probed in Gen.Choose(0, 4)
        from unknown in Maybe("""{"deep":[1,{"x":null}]}""")
        select Build(index, ports, lifecycle, probed, unknown);

    public static Gen<JsonObject> Pod =>
        from count in Gen.Choose(1, 3)
        from first in Container(0)
        from second in Container(1)
        from third in Container(2)
        from init in Maybe("""{"name":"init","image":"init:1"}""")
        from annotations in Maybe("""{"team":"carts"}""")
        from labels in Gen.Elements("""{"app":"shop"}""", """{"app":"shop","x":"y"}""", """{"app":"blog"}""")
        from more in Gen.Elements(
            """{}""",
            """{"hostNetwork":true}""",
            """{"terminationGracePeriodSeconds":900,"future":{"a":[]}}""",
            """{"volumes":[{"name":"k8slb-state","emptyDir":{}}]}"""
        )
        select Build([.. new[] { first, second, third }.Take(count)], init, annotations, labels, more);

    private static JsonObject Port(string? name, int number, bool udp)
    {
        var port = new JsonObject { ["containerPort"] = number };
        if (name is not null)
        {
            port["name"] = name;
        }
        if (udp)
        {
            port["protocol"] = "UDP";
        }
        return port;
    }

    private static JsonObject Build(int index, JsonArray? ports, JsonObject? lifecycle, int probed, JsonObject? unknown)
    {
        var container = new JsonObject
        {
            ["name"] = string.Create(CultureInfo.InvariantCulture, $"c{index}"),
            ["image"] = "shop:1",
        };
        if (ports is not null)
        {
            container["ports"] = ports.DeepClone();
            if (probed < ports.Count && ports[probed]!["name"] is { } name)
            {
                container["readinessProbe"] = new JsonObject
                {
                    ["httpGet"] = new JsonObject { ["path"] = "/", ["port"] = name.DeepClone() },
                };
            }
        }
        Set(container, "lifecycle", lifecycle);
        Set(container, "future", unknown);
        return container;
    }

    private static JsonObject Build(
        JsonObject[] containers,
        JsonObject? init,
        JsonObject? annotations,
        string labels,
        string more
    )
    {
        var metadata = new JsonObject { ["labels"] = JsonNode.Parse(labels) };
        Set(metadata, "annotations", annotations);
        var spec = JsonNode.Parse(more)!.AsObject();
        spec["containers"] = new JsonArray([.. containers.Select(c => c.DeepClone())]);
        if (init is not null)
        {
            spec["initContainers"] = new JsonArray(init.DeepClone());
        }
        return new JsonObject { ["metadata"] = metadata, ["spec"] = spec };
    }

    private static void Set(JsonObject of, string name, JsonNode? value)
    {
        if (value is not null)
        {
            of[name] = value.DeepClone();
        }
    }
}
