"""The training that neural models share: batches of like length, early stopping, a learning rate that gives way."""

import logging
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_matrix

from tagger.engine import Engine, Log, log_nothing, watch_nothing
from tagger.errors import ModelError
from tagger.metrics import measure_sets
from tagger.neural.batches import Scorer, cut_like
from tagger.neural.devices import is_main, make_accelerator
from tagger.neural.lessons import Lessons, Plan
from tagger.neural.tag_shares import measure_baseline, weigh_tags
from tagger.thresholds import Rule, ThresholdParams, choose_threshold

if TYPE_CHECKING:
    from torch import Tensor, nn

# Batches whose rows are sorted by length together: enough for little padding, few enough to stay random.
BATCHES_PER_SORT = 20
# A loss beyond so many times that of the tags' shares alone has diverged.
DIVERGED = 3.0
LOWER, ATTEMPTS = 0.1, 3
LARGEST_GRADIENT = 1.0

log = logging.getLogger(__name__)


def train_network(
    network: "nn.Module", lessons: Lessons, validation: Lessons | None, plan: Plan, engine: Engine
) -> int:
    """Train in place and return the epoch that was best (the last one without validation). Raises ModelError."""
    trainer = Trainer(network, lessons, validation, plan, engine.log if is_main() else log_nothing)
    watch = engine.watch if is_main() else watch_nothing
    batches = math.ceil(len(lessons.weight) / plan.params.batch_size)
    for _ in watch(trainer.run(), batches * plan.params.epochs, "batches"):
        pass
    return trainer.finish()


class Trainer:
    """One training in progress."""

    def __init__(
        self, network: "nn.Module", lessons: Lessons, validation: Lessons | None, plan: Plan, hear: Log = log_nothing
    ) -> None:
        import torch

        self.hear = hear
        self.network, self.lessons, self.plan = network, lessons, plan
        self.validation = validation if validation is not None and validation.Y.sum() else None
        self.accelerator = make_accelerator(plan.device, plan.precision)
        self.wrapped = self.accelerator.prepare(network)
        weigh = weigh_tags(lessons.Y, plan.params.class_weight)
        self.limit = DIVERGED * measure_baseline(lessons.Y, weigh) + 0.1 * len(weigh)
        self.positive = torch.from_numpy(weigh).to(self.accelerator.device)
        self.rates = {prefix: float(getattr(plan.params, name)) for prefix, name in plan.rates.items()}
        self.epoch, self.best_epoch, self.best_f1, self.scale, self.attempts = 0, 0, -1.0, 1.0, 0
        self.good = self.best = copy_state(network)
        self.optimizer = self.make_optimizer()

    def make_optimizer(self) -> Any:
        """AdamW over the weights that are trained, in groups of one learning rate each."""
        import torch

        named = list(self.network.named_parameters())
        settings = [
            {"params": [weights for name, weights in named if name.startswith(prefix)], "rate": rate}
            for prefix, rate in self.rates.items()
        ]
        return self.accelerator.prepare(torch.optim.AdamW(settings, fused=self.plan.device == "cpu"))

    def run(self) -> Iterator[None]:
        """Yields once per batch, epoch after epoch; an epoch that diverged is done again at a lower rate."""
        params = self.plan.params
        while self.epoch < params.epochs and self.epoch - self.best_epoch < params.patience:
            self.network.train()
            losses: list[float] = []
            for batch in self.shuffle():
                losses.append(self.learn(batch, len(losses)))
                if not math.isfinite(losses[-1]):
                    break
                yield
            if math.isfinite(sum(losses)) and np.mean(losses) <= self.limit:
                self.epoch += 1
                self.good = copy_state(self.network)
                self.hear(f"{'refit' if self.validation is None else 'fit'}/loss", float(np.mean(losses)), self.epoch)
                self.judge()
            else:
                self.lower_rate()

    def shuffle(self) -> list[np.ndarray]:
        """The rows of one epoch in batches."""
        rng = np.random.default_rng([self.plan.seed, self.epoch])
        size = self.plan.params.batch_size
        order = rng.permutation(len(self.lessons.weight))
        batches = cut_like(order, self.lessons.rows.lengths, size, size * BATCHES_PER_SORT)
        return [batches[number] for number in rng.permutation(len(batches))]

    def learn(self, batch: np.ndarray, number: int) -> float:
        """One step on a batch, of which each process takes its share; returns the loss over all processes."""
        import torch
        from torch.nn.functional import binary_cross_entropy_with_logits

        accelerator, device = self.accelerator, self.accelerator.device
        mine = batch[accelerator.process_index :: accelerator.num_processes]
        weight = self.lessons.weight[mine] if len(mine) else np.zeros(1)
        # No process may sit a step out: the others would wait for its gradients.
        mine = mine if len(mine) else batch[:1]
        logits = self.wrapped(*(part.to(device) for part in self.lessons.rows.take(mine))).float()
        target = torch.from_numpy(self.lessons.Y[mine].toarray().astype(np.float32)).to(device)
        losses = binary_cross_entropy_with_logits(logits, target, pos_weight=self.positive, reduction="none").sum(dim=1)
        # accelerate averages over the processes; the sum over the batch is meant.
        share = torch.from_numpy(weight.astype(np.float32)).to(device) * (accelerator.num_processes / len(batch))
        loss = (losses * share).sum()
        self.update(loss, number)
        return self.agree(loss.item())

    def update(self, loss: "Tensor", number: int) -> None:
        """Change the weights by the loss of the batch with this number in its epoch."""
        params = self.plan.params
        batches = math.ceil(len(self.lessons.weight) / params.batch_size)
        done = (self.epoch * batches + number + 1) / (params.epochs * batches + 1)
        pace = self.scale * min(done / params.warmup if params.warmup else 1.0, (1 - done) / (1 - params.warmup))
        for group in self.optimizer.param_groups:
            group["lr"] = group["rate"] * pace
        self.accelerator.backward(loss)
        self.accelerator.clip_grad_norm_(self.network.parameters(), LARGEST_GRADIENT)
        self.optimizer.step()
        self.optimizer.zero_grad()

    def judge(self) -> None:
        """Keep the state of the best epoch by micro-F1 at its best threshold; without validation, of the last."""
        if self.validation is None:
            self.best, self.best_epoch = self.good, self.epoch
            return
        scorer = Scorer(self.plan.params.batch_size, self.plan.device, self.plan.precision)
        scores = scorer.predict(self.network, self.validation.rows)
        f1 = self.agree(measure_best_f1(self.validation.Y, scores))
        log.info("epoch %d: micro-F1 %.4f on the validation questions", self.epoch, f1)
        self.hear("fit/f1_micro", f1, self.epoch)
        if f1 > self.best_f1:
            self.best, self.best_epoch, self.best_f1 = self.good, self.epoch, f1

    def lower_rate(self) -> None:
        """Go back to the last good state and on with smaller steps. Raises ModelError when that did not help."""
        if self.attempts == ATTEMPTS:
            raise ModelError(self.describe_divergence())
        self.attempts += 1
        self.scale *= LOWER
        log.warning("epoch %d diverged; going on at %g of the learning rate", self.epoch + 1, self.scale)
        self.network.load_state_dict(self.good)
        self.optimizer = self.make_optimizer()

    def describe_divergence(self) -> str:
        """What was tried, and what to do."""
        names = [
            f"{self.plan.where}.{name} is {getattr(self.plan.params, name):g}" for name in self.plan.rates.values()
        ]
        return (
            f"{' and '.join(names)}: the loss left all bounds in epoch {self.epoch + 1}, also at {self.scale:g} "
            f"of it; set it to less than that"
        )

    def agree(self, value: float) -> float:
        """The mean over all processes, so that none stops alone."""
        import torch

        mean = self.accelerator.reduce(torch.tensor(value, device=self.accelerator.device), reduction="mean")
        return float(mean.item())

    def finish(self) -> int:
        """Leave the network in its best state, without what accelerate put around it."""
        self.accelerator.unwrap_model(self.wrapped, keep_fp32_wrapper=False)
        self.network.load_state_dict(self.best)
        self.network.eval()
        return self.best_epoch


def copy_state(network: "nn.Module") -> dict[str, "Tensor"]:
    """A network's weights as they are now."""
    return {name: part.detach().clone() for name, part in network.state_dict().items()}


def measure_best_f1(Y: csr_matrix, scores: np.ndarray) -> float:
    """Micro-F1 at the one threshold that is best for it."""
    threshold = choose_threshold(Y, scores, ThresholdParams())
    return measure_sets(Y, Rule(threshold).choose(scores))["f1_micro"]
