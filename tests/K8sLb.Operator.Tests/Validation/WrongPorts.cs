using K8sLb.Operator.Api;

namespace K8sLb.Operator.Tests.Validation;

/// <summary>What can be wrong in ports: how the error begins, and how to bring it about.</summary>
internal static class WrongPorts
{
    public static TheoryData<string, Action<BackendPoolSpec>> All =>
        new()
        {
            { "spec.ports (entries): 0: must be 1 to 16", s => s.Ports!.Clear() },
            { "spec.ports[0].name: \"Http\": must be 1 to 15 lower-case letters", s => s.Ports![0].Name = "Http" },
            {
                "spec.ports[0].name: \"a-name-of-sixteen\": must be 1 to 15 lower-case letters",
                s => s.Ports![0].Name = "a-name-of-sixteen"
            },
            { "spec.ports[0].port: 0: must be 1 to 65535", s => s.Ports![0].Port = 0 },
            { "spec.ports[0].targetPort: missing: must be 1 to 65535", s => s.Ports![0].TargetPort = null },
            { "spec.ports[0].protocol: \"UDP\": must be one of HTTP, TCP", s => s.Ports![0].Protocol = "UDP" },
            {
                "spec.ports[0].port: 15008: must not be 15008 or 15020, which the sidecar uses itself",
                s => s.Ports![0].Port = 15008
            },
            {
                "spec.ports[0].targetPort: 15020: must not be 15008 or 15020, which the sidecar uses itself",
                s => s.Ports![0].TargetPort = 15020
            },
            {
                "spec.ports[1].name: \"http\": must be unique in the pool",
                s => s.Ports!.Add(Port("http", 15081, 8081))
            },
            { "spec.ports[1].port: 15080: may be listed once", s => s.Ports!.Add(Port("other", 15080, 8081)) },
            {
                "spec.ports[1].port: 8080: must not be a targetPort (of http), because",
                s => s.Ports!.Add(Port("other", 8080, 8081))
            },
        };

    private static BackendPoolPort Port(string name, int port, int targetPort) =>
        new()
        {
            Name = name,
            Port = port,
            TargetPort = targetPort,
        };
}
