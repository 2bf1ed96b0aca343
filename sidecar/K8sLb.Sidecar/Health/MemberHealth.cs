using K8sLb.Protocol;

namespace K8sLb.Sidecar.Health;

/// <summary>What is known of the application's health. Written by its checks alone; swapped by reference.</summary>
public sealed class MemberHealth
{
    private HealthReport? current;

    /// <summary>It began or ceased to fail, or to be checked.</summary>
    public event Action? Changed;

    /// <summary>Null where the pool asks for no checks.</summary>
    public HealthReport? Current => Volatile.Read(ref current);

    public bool IsFailing => Current is { Healthy: false };

    public void Put(HealthReport? report)
    {
        var before = Current;
        Volatile.Write(ref current, report);
        if (before?.Healthy != report?.Healthy)
        {
            Changed?.Invoke();
        }
    }
}
