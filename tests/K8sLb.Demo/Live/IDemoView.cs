using K8sLb.Load;

namespace K8sLb.Demo;

/// <summary>Shows the demo to whoever watches it. Called from several threads.</summary>
internal interface IDemoView : IAsyncDisposable
{
    /// <summary>Something begins.</summary>
    void Step(string text);

    /// <summary>Text that stays: how to use the cluster, say.</summary>
    void Tell(string text);

    /// <summary>A run's latest state, four times a second.</summary>
    void Show(DemoFrame frame);

    void EndRun(RunKind run, LoadReport load);

    /// <param name="report">Where report.html is.</param>
    void Conclude(IReadOnlyList<ComparisonRow> comparison, Verdict verdict, string report);
}
