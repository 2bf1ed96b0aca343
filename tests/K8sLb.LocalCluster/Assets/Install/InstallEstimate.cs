namespace K8sLb.LocalCluster.Assets.Install;

/// <summary>How long it still takes, from how this machine compares to the usual times so far.</summary>
public static class InstallEstimate
{
    /// <param name="done">What each finished step took.</param>
    /// <param name="current">How long the one after them has been running.</param>
    public static TimeSpan Remaining(IReadOnlyList<InstallStep> steps, IReadOnlyList<TimeSpan> done, TimeSpan current)
    {
        var usual = steps.Take(done.Count).Sum(step => step.Usual.TotalSeconds);
        var taken = done.Sum(time => time.TotalSeconds);
        // As if a minute had gone as usual before: a first step of seconds says little about the machine.
        var pace = (taken + 60) / (usual + 60);
        var running = steps.Skip(done.Count).Take(1).Sum(step => step.Usual.TotalSeconds);
        var later = steps.Skip(done.Count + 1).Sum(step => step.Usual.TotalSeconds);
        if (running > 0 && current.TotalSeconds > running * pace)
        {
            // It takes longer than its estimate: so will the rest, and a quarter more for itself is as good a guess as any.
            return (current * 0.25) + TimeSpan.FromSeconds(later * current.TotalSeconds / running);
        }
        return TimeSpan.FromSeconds(((running + later) * pace) - current.TotalSeconds);
    }
}
