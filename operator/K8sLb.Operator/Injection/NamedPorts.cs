using System.Text.Json.Nodes;

namespace K8sLb.Operator.Injection;

/// <summary>Takes names of ports away from a container, without a change for what used them.</summary>
internal static class NamedPorts
{
    private static readonly string[] Probes = ["livenessProbe", "readinessProbe", "startupProbe"];
    private static readonly string[] Hooks = ["postStart", "preStop"];

    /// <summary>
    /// The container's ports of these names lose them, since a Service takes the first port of a name that it finds. Probes and
    /// hooks of the container go by the number instead, and so ask the application itself (decision 0007).
    /// </summary>
    public static void Withdraw(JsonObject container, IReadOnlySet<string> names)
    {
        foreach (var port in container.Objects("ports"))
        {
            if (IsTcp(port) && port.Text("name") is { } name && names.Contains(name))
            {
                port.Remove("name");
                if (port.Number("containerPort") is { } number)
                {
                    Renumber(container, name, number);
                }
            }
        }
    }

    public static bool IsTcp(JsonObject port) => port.Text("protocol") is null or "TCP";

    private static void Renumber(JsonObject container, string name, long number)
    {
        var lifecycle = container.Object("lifecycle");
        var handlers = Probes.Select(p => container.Object(p)).Concat(Hooks.Select(h => lifecycle.Object(h)));
        foreach (var handler in handlers)
        {
            RenumberAction(handler.Object("httpGet"), name, number);
            RenumberAction(handler.Object("tcpSocket"), name, number);
        }
    }

    private static void RenumberAction(JsonObject? action, string name, long number)
    {
        if (action.Text("port") == name)
        {
            action!["port"] = number;
        }
    }
}
