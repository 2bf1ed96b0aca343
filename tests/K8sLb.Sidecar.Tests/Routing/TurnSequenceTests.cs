using FsCheck;
using FsCheck.Fluent;
using K8sLb.Sidecar.Routing;

namespace K8sLb.Sidecar.Tests.Routing;

public sealed class TurnSequenceTests
{
    private static readonly Config Runs = Config.QuickThrowOnFailure.WithMaxTest(300);

    /// <summary>Random picks would be off by some fifty at the longest stretch.</summary>
    [Fact]
    public void In_any_stretch_every_part_gets_its_share_to_within_a_few()
    {
        const double FewAtMost = 6;
        var stretches =
            from start in Gen.Choose(0, int.MaxValue)
            from skipped in Gen.Choose(0, 1_000)
            from length in Gen.Choose(1, 10_000)
            from low in Gen.Choose(0, 999)
            from high in Gen.Choose(low + 1, 1_000)
            select (start, skipped, length, low / 1_000.0, high / 1_000.0);

        Prop.ForAll(
                Arb.From(stretches),
                stretch =>
                {
                    var (start, skipped, length, low, high) = stretch;
                    var turns = new TurnSequence((uint)start);
                    for (var i = 0; i < skipped; i++)
                    {
                        turns.Next();
                    }
                    var inside = 0;
                    for (var i = 0; i < length; i++)
                    {
                        var point = turns.Next();
                        inside += point >= low && point < high ? 1 : 0;
                    }
                    Math.Abs(inside - (length * (high - low))).ShouldBeLessThan(FewAtMost);
                }
            )
            .Check(Runs);
    }

    [Fact]
    public async Task No_turn_is_given_twice_to_threads_that_ask_at_once()
    {
        var turns = new TurnSequence(7);

        var taken = await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(_ => Task.Run(() => Enumerable.Range(0, 50_000).Select(_ => turns.Next()).ToList()))
        );

        taken.SelectMany(t => t).Distinct().Count().ShouldBe(200_000);
    }
}
