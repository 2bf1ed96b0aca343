using System.ComponentModel.DataAnnotations;

namespace K8sLb.Operator.Api;

public sealed record BackendPoolSpec
{
    [Required]
    public PodSelector? Selector { get; set; }

    [Required]
    public IList<BackendPoolPort>? Ports { get; set; }
    public BackendPoolDrain Drain { get; set; } = new();
    public BackendPoolLoadBalancing? LoadBalancing { get; set; }
    public bool Paused { get; set; }
}

public sealed record BackendPoolPort
{
    [Required]
    public string? Name { get; set; }

    [Required]
    public int? Port { get; set; }

    [Required]
    public int? TargetPort { get; set; }

    [AllowedValues("HTTP", "TCP")]
    public string Protocol { get; set; } = "HTTP";
}

public sealed record BackendPoolDrain
{
    public string Deadline { get; set; } = "60s";
    public string RampDown { get; set; } = "5s";
    public string QuietPeriod { get; set; } = "1s";
    public IntOrString MinAvailable { get; set; } = new("50%");

    [AllowedValues("Reroute", "Serve", "Reject")]
    public string LateArrivals { get; set; } = "Reroute";
}

public sealed record BackendPoolLoadBalancing
{
    public BackendPoolSlowStart? SlowStart { get; set; }
}

public sealed record BackendPoolSlowStart
{
    [Required]
    public string? Duration { get; set; }
    public int MinimumPercent { get; set; } = 10;
    public string Aggression { get; set; } = "1.0";
}
