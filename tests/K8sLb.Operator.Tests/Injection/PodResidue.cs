using System.Text.Json.Nodes;
using K8sLb.Operator.Api;
using K8sLb.Protocol;

namespace K8sLb.Operator.Tests.Injection;

/// <summary>A pod without all that injection may change. Two of the same residue differ by what docs/injection.md lists alone.</summary>
internal static class PodResidue
{
    private static readonly int[] OfTheSidecar = [15080, 15090];

    public static JsonObject Of(JsonObject original)
    {
        var pod = (JsonObject)original.DeepClone();
        var spec = pod["spec"]!.AsObject();
        spec.Remove("terminationGracePeriodSeconds");
        DropNamed(spec, "containers", PodConventions.SidecarContainer);
        DropNamed(spec, "initContainers", PodConventions.SidecarContainer);
        DropNamed(spec, "volumes", "k8slb-state", "k8slb-identity");
        foreach (var container in spec["containers"]!.AsArray())
        {
            Strip(container!.AsObject());
        }
        (pod["metadata"]!["annotations"] as JsonObject)?.Remove(PodConventions.InjectedAnnotation);
        DropEmpty(pod["metadata"]!.AsObject(), "annotations");
        return pod;
    }

    private static void Strip(JsonObject container)
    {
        (container["env"] as JsonArray)?.RemoveAll(v => v!["name"]!.GetValue<string>() == DrainCall.SecretVariable);
        DropEmpty(container, "env");
        (container["lifecycle"] as JsonObject)?.Remove("preStop");
        DropEmpty(container, "lifecycle");
        (container["readinessProbe"]?["httpGet"] as JsonObject)?.Remove("port");
        if (container["ports"] is JsonArray ports)
        {
            ports.RemoveAll(p => OfTheSidecar.Contains(p!["containerPort"]!.GetValue<int>()));
            foreach (var port in ports.Where(p => p!["protocol"] is null))
            {
                port!.AsObject().Remove("name");
            }
        }
        DropEmpty(container, "ports");
    }

    private static void DropNamed(JsonObject of, string list, params string[] names)
    {
        (of[list] as JsonArray)?.RemoveAll(i => names.Contains(i!["name"]!.GetValue<string>()));
        DropEmpty(of, list);
    }

    private static void DropEmpty(JsonObject of, string name)
    {
        if (of[name] is JsonObject { Count: 0 } or JsonArray { Count: 0 })
        {
            of.Remove(name);
        }
    }
}
