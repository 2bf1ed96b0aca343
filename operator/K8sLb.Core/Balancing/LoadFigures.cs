namespace K8sLb.Core.Balancing;

/// <summary>What a member has done since its sidecar's process started.</summary>
/// <param name="Served">Requests that were answered, or got no answer.</param>
/// <param name="Failed">Those of them that failed.</param>
/// <param name="Timed">Answers whose time was taken.</param>
/// <param name="LogMs">The natural logarithms of these times in milliseconds, all together.</param>
public sealed record LoadFigures(string Uid, long Served, long Failed, long Timed, double LogMs);

/// <summary>What a member's reports have made of its weight, and the figures that the next step is measured from.</summary>
/// <param name="KnownSince">When its figures were first heard.</param>
/// <param name="At">Of <paramref name="Figures"/>.</param>
/// <param name="Factor">Times its weight; 1 changes nothing.</param>
public sealed record ReportedLoad(LoadFigures Figures, DateTimeOffset KnownSince, DateTimeOffset At, double Factor = 1);
