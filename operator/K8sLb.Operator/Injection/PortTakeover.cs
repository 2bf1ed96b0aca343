using System.Text.Json.Nodes;
using K8sLb.Protocol;

namespace K8sLb.Operator.Injection;

/// <summary>Under which name a port of the pool is found in the pod from now on.</summary>
/// <param name="Container">Where the name was; null where it is new.</param>
internal sealed record TakenPort(PortPolicy Port, string Name, JsonObject? Container);

/// <summary>
/// Which names go from the application's ports to the sidecar's: a Service with a named targetPort reaches the sidecar then, and
/// needs no change.
/// </summary>
internal static class PortTakeover
{
    /// <param name="containers">The pod's own.</param>
    /// <param name="ports">The pool's.</param>
    public static IReadOnlyList<TakenPort> Find(
        IReadOnlyList<JsonObject> containers,
        IReadOnlyList<PortPolicy> ports,
        List<InjectionWarning> warnings
    )
    {
        Listed[] listed = [.. containers.SelectMany(c => c.Objects("ports").Where(NamedPorts.IsTcp), Listed.Of)];
        // A name can be one port's only, and the names of the pool's ports are theirs before they are anybody else's.
        var used = ports.Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        return [.. ports.Select(p => Find(p, listed, used, warnings))];
    }

    private static TakenPort Find(
        PortPolicy port,
        Listed[] listed,
        HashSet<string> used,
        List<InjectionWarning> warnings
    )
    {
        var ofNumber = listed.Where(l => l.Number == port.TargetPort).ToArray();
        if (ofNumber.FirstOrDefault(l => l.Name == port.Name) is { } same)
        {
            return new(port, port.Name, same.Container);
        }
        if (listed.FirstOrDefault(l => l.Name == port.Name) is { } other)
        {
            warnings.Add(InjectionWarning.OtherNumber(port, other.ContainerName, other.Number));
            return new(port, port.Name, other.Container);
        }
        if (ofNumber.FirstOrDefault(l => l.Name is { } name && used.Add(name)) is { } otherwiseNamed)
        {
            return new(port, otherwiseNamed.Name!, otherwiseNamed.Container);
        }
        warnings.Add(
            ofNumber is [var unnamed, ..]
                ? InjectionWarning.Unnamed(port, unnamed.ContainerName)
                : InjectionWarning.Unlisted(port)
        );
        return new(port, port.Name, null);
    }

    private sealed record Listed(JsonObject Container, string ContainerName, string? Name, long Number)
    {
        public static Listed Of(JsonObject container, JsonObject port) =>
            new(
                container,
                container.Text("name") ?? "",
                port.Text("name") is { Length: > 0 } name ? name : null,
                port.Number("containerPort") ?? 0
            );
    }
}
