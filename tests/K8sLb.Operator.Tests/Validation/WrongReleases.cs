using K8sLb.Operator.Api;

namespace K8sLb.Operator.Tests.Validation;

/// <summary>What can be wrong in drain and connections: how the error begins, and how to bring it about.</summary>
internal static class WrongReleases
{
    public static TheoryData<string, Action<BackendPoolSpec>> All =>
        new()
        {
            {
                "spec.drain.deadline: \"60\": must be a duration such as 60s, 1m30s or 500ms",
                s => s.Drain.Deadline = "60"
            },
            { "spec.drain.deadline: \"25h\": must be longer than 0s and at most 24h", s => s.Drain.Deadline = "25h" },
            { "spec.drain.rampDown: \"1m\": must be shorter than deadline (60s)", s => s.Drain.RampDown = "1m" },
            {
                "spec.drain.quietPeriod: \"61s\": must be shorter than deadline (60s)",
                s => s.Drain.QuietPeriod = "61s"
            },
            { "spec.drain.minAvailable: -1: must be 0 or more", s => s.Drain.MinAvailable = new(-1) },
            {
                "spec.drain.minAvailable: \"101%\": must be a number, or a percentage from 0% to 100%",
                s => s.Drain.MinAvailable = new("101%")
            },
            {
                "spec.drain.lateArrivals: \"Drop\": must be one of Reroute, Serve, Reject",
                s => s.Drain.LateArrivals = "Drop"
            },
            {
                "spec.connections.upstream: \"given\": must be left out where no port has mode Proxy",
                s => s.Connections = new() { Upstream = new() }
            },
            {
                "spec.connections.upstream.maxConnections: 2: must be 3 to 1000",
                s =>
                {
                    s.Ports![0].Mode = "Proxy";
                    s.Connections = new()
                    {
                        Upstream = new() { MinConnections = 3, MaxConnections = 2 },
                    };
                }
            },
            {
                "spec.connections.upstream.heartbeat: \"500ms\": must be from 1s to 720h",
                s =>
                {
                    s.Ports![0].Mode = "Proxy";
                    s.Connections = new() { Upstream = new() { Heartbeat = "500ms" } };
                }
            },
        };
}
