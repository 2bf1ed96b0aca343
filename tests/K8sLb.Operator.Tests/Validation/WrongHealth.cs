using K8sLb.Operator.Api;

namespace K8sLb.Operator.Tests.Validation;

/// <summary>What can be wrong in healthCheck and outlierDetection: how the error begins, and how to bring it about.</summary>
internal static class WrongHealth
{
    public static TheoryData<string, Action<BackendPoolSpec>> All =>
        new()
        {
            {
                "spec.healthCheck: \"httpGet, tcpSocket\": must have exactly one of httpGet, tcpSocket and grpc",
                s =>
                    s.HealthCheck = new()
                    {
                        HttpGet = new() { Port = "http" },
                        TcpSocket = new() { Port = "http" },
                    }
            },
            {
                "spec.healthCheck: \"\": must have exactly one of httpGet, tcpSocket and grpc",
                s => s.HealthCheck = new()
            },
            {
                "spec.healthCheck.httpGet.port: \"https\": must be the name of one of spec.ports",
                s => s.HealthCheck = new() { HttpGet = new() { Port = "https" } }
            },
            {
                "spec.healthCheck.httpGet.path: \"healthz\": must begin with / and have no spaces",
                s => s.HealthCheck = Check(c => c.HttpGet!.Path = "healthz")
            },
            {
                "spec.healthCheck.interval: \"500ms\": must be from 1s to 5m",
                s => s.HealthCheck = Check(c => (c.Interval, c.Timeout) = ("500ms", "100ms"))
            },
            {
                "spec.healthCheck.timeout: \"6s\": must be at least 50ms, and no longer than interval",
                s => s.HealthCheck = Check(c => c.Timeout = "6s")
            },
            {
                "spec.healthCheck.unhealthyThreshold: 0: must be 1 to 100",
                s => s.HealthCheck = Check(c => c.UnhealthyThreshold = 0)
            },
            {
                "spec.healthCheck.onFailure: \"Kill\": must be one of Release, Reset",
                s => s.HealthCheck = Check(c => c.OnFailure = "Kill")
            },
            {
                "spec.outlierDetection: \"given\": must be left out where no port has protocol HTTP",
                s => (s.Ports![0].Protocol, s.OutlierDetection) = ("TCP", new())
            },
            {
                "spec.outlierDetection.latencyFactor: \"1\": must be a decimal from 1.5 to 100",
                s => s.OutlierDetection = new() { LatencyFactor = "1" }
            },
            {
                "spec.outlierDetection.baseEjectionTime: \"2h\": must be from 1s to 1h",
                s => s.OutlierDetection = new() { BaseEjectionTime = "2h" }
            },
        };

    private static BackendPoolHealthCheck Check(Action<BackendPoolHealthCheck> change)
    {
        var check = new BackendPoolHealthCheck { HttpGet = new() { Port = "http" } };
        change(check);
        return check;
    }
}
