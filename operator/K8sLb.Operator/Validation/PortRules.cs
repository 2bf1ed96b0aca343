using System.Text.RegularExpressions;
using K8sLb.Operator.Api;

namespace K8sLb.Operator.Validation;

internal static partial class PortRules
{
    /// <summary>Where sidecars take work from their peers, and where the kubelet asks them.</summary>
    private static readonly int[] OfTheSidecar = [15008, 15020];

    [GeneratedRegex("^[a-z0-9]([-a-z0-9]{0,13}[a-z0-9])?\\z")]
    private static partial Regex PortName();

    public static void Check(IList<BackendPoolPort>? ports, string path, FieldErrors errors)
    {
        errors.Range($"{path} (entries)", ports?.Count, 1, 16);
        for (var i = 0; i < ports?.Count; i++)
        {
            Check(ports[i], ports.Take(i), ports, $"{path}[{i}]", errors);
        }
    }

    private static void Check(
        BackendPoolPort port,
        IEnumerable<BackendPoolPort> before,
        IList<BackendPoolPort> all,
        string path,
        FieldErrors errors
    )
    {
        if (port.Name is null || !PortName().IsMatch(port.Name))
        {
            errors.Add(
                $"{path}.name",
                port.Name,
                "must be 1 to 15 lower-case letters, digits or '-', with a letter or digit at both ends"
            );
        }
        else if (before.Any(p => p.Name == port.Name))
        {
            errors.Add($"{path}.name", port.Name, "must be unique in the pool");
        }
        errors.Range($"{path}.port", port.Port, 1, 65535);
        errors.Range($"{path}.targetPort", port.TargetPort, 1, 65535);
        errors.OneOf($"{path}.protocol", port.Protocol, "HTTP", "TCP");
        errors.OneOf($"{path}.mode", port.Mode, "Relay", "Proxy");
        if (port is { Protocol: "TCP", Mode: "Proxy" })
        {
            errors.Add($"{path}.mode", port.Mode, "must be Relay for protocol TCP, of which a proxy sees no requests");
        }
        NotOfTheSidecar($"{path}.port", port.Port, errors);
        NotOfTheSidecar($"{path}.targetPort", port.TargetPort, errors);
        if (before.Any(p => p.Port == port.Port))
        {
            errors.Add($"{path}.port", port.Port, "may be listed once");
        }
        if (all.FirstOrDefault(p => p.TargetPort == port.Port) is { } clash)
        {
            errors.Add(
                $"{path}.port",
                port.Port,
                $"must not be a targetPort (of {clash.Name}), because the sidecar and the application share the pod's network"
            );
        }
    }

    private static void NotOfTheSidecar(string path, int? port, FieldErrors errors)
    {
        if (port is { } number && OfTheSidecar.Contains(number))
        {
            errors.Add(path, port, "must not be 15008 or 15020, which the sidecar uses itself");
        }
    }
}
