namespace K8sLb.Sidecar.Agent;

/// <summary>What the application says of itself. Written by its checks alone; swapped by reference.</summary>
public sealed class MemberAgent
{
    private AgentState? current;

    /// <summary>It began or ceased to take work.</summary>
    public event Action? Changed;

    /// <summary>Null where the pool asks for no agent.</summary>
    public AgentState? Current => Volatile.Read(ref current);

    public bool TakesWork => Current is not { TakesWork: false };

    public void Put(AgentState? state)
    {
        var before = TakesWork;
        Volatile.Write(ref current, state);
        if (before != TakesWork)
        {
            Changed?.Invoke();
        }
    }
}
